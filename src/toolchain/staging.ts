import {mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {systemCode} from '../lib/errors.js';

const ownName = /^(\d+)\.(\d+)\.\d+$/;

let count = 0;

/**
 * A folder for what is not finished yet, beside the place that it is renamed to. Names tell the process that made them, so that what
 * a dead one left can be told from what a living one is writing; other names are not ours.
 */
export class Staging {
	readonly folder: string;

	constructor(folder: string) {
		this.folder = folder;
		mkdirSync(folder, {recursive: true, mode: 0o700});
	}

	/** A path that nobody else has, threads of this process included. */
	path(): string {
		count++;
		const unique = `${process.hrtime.bigint()}${count}`;
		return join(this.folder, `${process.pid}.${startTime(process.pid) ?? 0}.${unique}`);
	}

	/** Removes what processes that are no more left behind. */
	async sweep(): Promise<void> {
		for (const name of readdirSync(this.folder)) {
			const [, pid, started] = ownName.exec(name) ?? [];
			if (pid === undefined || startTime(Number(pid)) === started) continue;
			await rm(join(this.folder, name), {recursive: true, force: true});
		}
	}
}

/** When a process started, in ticks since the boot: with its number it names one process (proc(5), stat, field 22). */
function startTime(pid: number): string | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		return undefined;
	}
}
