import type {Limits} from './job.js';

/** bubblewrap, and the processes with which it sets itself up. */
const processesOfOurs = 4;

/** As the warden numbers them (src/warden/README.md). */
export const resources = {
	processes: 0,
	openFiles: 1,
	fileBytes: 2,
	core: 3,
	messageQueues: 4,
	dataBytes: 5,
	addressBytes: 6,
} as const;

export type ResourceLimits = Readonly<Partial<Record<keyof typeof resources, number>>>;

/**
 * What each process of a job is held to. Memory without a cgroup is held per process: private memory, and twice that of addresses, since
 * shared memory counts only there.
 */
export function resourceLimits(limits: Limits, memory: 'cgroup' | 'rlimit'): ResourceLimits {
	const {memoryBytes} = limits;
	return {
		processes: limits.processes + processesOfOurs,
		openFiles: limits.openFiles,
		fileBytes: limits.outputBytes,
		core: 0,
		messageQueues: 0,
		...(memoryBytes === undefined || memory === 'cgroup'
			? {}
			: {dataBytes: memoryBytes, addressBytes: 2 * memoryBytes}),
	};
}
