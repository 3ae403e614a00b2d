import {readFileSync} from 'node:fs';

/** proc(5) counts in USER_HZ, which is 100 on every Linux that Node runs on. */
const msATick = 10;

/**
 * CPU that a process, and those of its children that it waited for, have used, from its /proc/PID/stat: fields 14 to 17 of proc(5).
 * The second field is the program's name and may hold anything, so the fields are counted from its end.
 */
export function cpuMsOf(stat: string): number {
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
	return ticks * msATick;
}

/** The same of a child that was not yet waited for; undefined when it was. */
export function cpuMsOfProcess(pid: number): number | undefined {
	try {
		return cpuMsOf(readFileSync(`/proc/${pid}/stat`, 'latin1'));
	} catch {
		return undefined;
	}
}
