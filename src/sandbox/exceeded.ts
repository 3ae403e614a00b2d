import {constants} from 'node:os';
import type {Ended, Exit} from '../exec/run.js';
import type {Exceeded} from './job.js';

/** A command that a signal ended, as bubblewrap tells it. Compilers have no exit codes of their own up there. */
export function exitOf(code: number): Exit {
	const signal = signalNames.get(code - 128);
	return signal === undefined ? {code} : {signal};
}

/** Of names that share a number, the first: SIGABRT, not SIGIOT. */
const signalNames = new Map(
	Object.entries(constants.signals)
		.toReversed()
		.map(([name, number]) => [number, name as NodeJS.Signals]),
);

export interface Evidence {
	readonly ended: Ended | undefined;
	readonly exit: Exit;
	readonly stderr: string;
	/** What the job's cgroup counted, where it had one. */
	readonly cgroup: {readonly outOfMemory: number; readonly refusedProcesses: number} | undefined;
}

/**
 * The limit that ended a job. A cgroup knows; of resource limits nothing is left but what the command says of a call that failed, and
 * it says so only when it fails.
 */
export function exceededLimit({ended, exit, stderr, cgroup}: Evidence): Exceeded | undefined {
	if (ended === 'timeout') return 'time';
	if (ended === 'stdout' || ended === 'stderr') return 'outputBytes';
	if ('code' in exit && exit.code === 0) return undefined;
	if (cgroup !== undefined && cgroup.outOfMemory > 0) return 'memory';
	if ('signal' in exit) return exit.signal === 'SIGXFSZ' ? 'outputBytes' : undefined;
	if (cgroup !== undefined && cgroup.refusedProcesses > 0) return 'processes';
	return said.find(([, pattern]) => pattern.test(stderr))?.[0];
}

const said: readonly (readonly [Exceeded, RegExp])[] = [
	['outputBytes', /No space left on device|File too large/],
	['memory', /[Oo]ut of memory|memory exhausted|Cannot allocate memory|std::bad_alloc/],
	['processes', /Resource temporarily unavailable|[Cc]annot fork|fork: retry/],
];
