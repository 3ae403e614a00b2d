import type {Health} from './quarantine.js';

/** What is known of a server when a job is to be placed. Also the client's own machine, for the client's decision. */
export interface ServerFacts {
	/** ip:port */
	readonly id: string;
	/** Jobs that run at once; for a v1 server its cpus. */
	readonly slots: number;
	/** Extension level; 0: v1, and of what follows only what the scheduler saw itself is known. */
	readonly extensions: number;
	/** Jobs that were sent there and have not ended. */
	readonly assigned: number;
	/** What they should take together on a machine of speed 1. */
	readonly assignedMs: number;
	/** Predicted by actual time; above 1 is faster than the machine that predictions are made for. */
	readonly speed: number;
	/** Runnable processes that are not jobs. */
	readonly foreignLoad: number;
	readonly memory: MemoryFacts | undefined;
	/** As uname -m says it; undefined: not known. */
	readonly arch: string | undefined;
	/** Ids of toolchains that are there, as far as is known. */
	readonly toolchains: ReadonlySet<string>;
	/** Toolchains that do not run there, and why. */
	readonly refused: ReadonlyMap<string, string>;
	/** Results of jobs that are kept there, or will be; undefined or missing: it keeps none, as far as is known. */
	readonly results?: {has(hint: string): boolean} | undefined;
	readonly health: Health | undefined;
	readonly draining: boolean;
}

export interface MemoryFacts {
	readonly totalBytes: number;
	readonly freeBytes: number;
	/** Of what is free, what jobs that were just sent there will take. */
	readonly promisedBytes: number;
}

/** What is known of a job. */
export interface JobFacts {
	readonly toolchain: string;
	readonly arch: string | undefined;
	readonly memoryBytes: number | undefined;
	/** On a machine of speed 1. */
	readonly predictedMs: number | undefined;
	readonly inputsBytes: number | undefined;
	/** Servers that its client does not want. */
	readonly avoid: ReadonlySet<string>;
	/** Of servers, as its client measured them. */
	readonly links: ReadonlyMap<string, Link>;
	/** By which it can be known where its result is. */
	readonly resultHint?: string | undefined;
}

export interface Link {
	readonly roundTripMs: number;
	readonly bytesPerMs: number;
}

/** What a job takes that nothing is known of. */
export const unknownJob = {predictedMs: 1000, memoryBytes: 400 * 1024 ** 2} as const;
