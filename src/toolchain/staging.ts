import {readdirSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {threadId} from 'node:worker_threads';
import {makeFolder} from '../lib/make-folder.js';
import {isRunning, processName} from './process-name.js';

const form = /^(\d+\.\d+)\.\d+-\d+$/;

let count = 0;

/**
 * A folder for what is not finished yet, beside the place that it is renamed to. Names tell the process that made them, so that what
 * a dead one left can be told from what a living one is writing; other names are not ours.
 */
export class Staging {
	readonly folder: string;

	constructor(folder: string) {
		this.folder = folder;
		makeFolder(folder, 0o700);
	}

	/** A path that nobody else has, threads of this process included. The folder is made anew if somebody removed it. */
	path(): string {
		count++;
		makeFolder(this.folder, 0o700);
		return join(this.folder, `${processName()}.${threadId}-${count}`);
	}

	/** Removes what processes that are no more left behind. */
	async sweep(): Promise<void> {
		for (const name of readdirSync(this.folder)) {
			const [, maker] = form.exec(name) ?? [];
			if (maker !== undefined && isRunning(maker) === false)
				await rm(join(this.folder, name), {recursive: true, force: true});
		}
	}
}
