import {readFileSync} from 'node:fs';
import {freemem, totalmem} from 'node:os';

export interface Memory {
	readonly totalBytes: number;
	/** What programs may have without others being swapped out. */
	readonly freeBytes: number;
}

/** Of the host, by proc(5). */
export function readMemory(): Memory {
	return (
		parseMeminfo(readFileSync('/proc/meminfo', 'latin1')) ?? {
			totalBytes: totalmem(),
			freeBytes: freemem(),
		}
	);
}

/** Of what /proc/meminfo says; undefined when it lacks what we need. */
export function parseMeminfo(text: string): Memory | undefined {
	const kibibytes = (name: string) => new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
	const total = kibibytes('MemTotal');
	const available = kibibytes('MemAvailable');
	if (total === undefined || available === undefined) return undefined;
	return {totalBytes: Number(total) * 1024, freeBytes: Number(available) * 1024};
}
