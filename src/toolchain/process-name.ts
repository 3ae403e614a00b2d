import {readFileSync} from 'node:fs';
import {systemCode} from '../lib/errors.js';

const form = /^(\d+)\.(\d+)$/;

/** Names this process as no other one is named until the next boot: number and start time. */
export function processName(): string {
	return `${process.pid}.${startTime(process.pid) ?? 0}`;
}

/** Undefined for a name that processName() did not make. */
export function isRunning(name: string): boolean | undefined {
	const [, pid, started] = form.exec(name) ?? [];
	return pid === undefined ? undefined : startTime(Number(pid)) === started;
}

/** In ticks since the boot: proc(5), stat, field 22. The second field may hold anything, so they are counted from its end. */
function startTime(pid: number): string | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		return undefined;
	}
}
