import type {Exit} from '../exec/run.js';
import type {KnownInput, Layer} from './layers.js';

export interface Input {
	/** Absolute, as the command names it. */
	readonly path: string;
	/** Permission bits; others are dropped. */
	readonly mode: number;
	/** Whole seconds since the epoch; undefined: now. */
	readonly mtimeS?: number;
	readonly bytes: Uint8Array;
}

export interface Limits {
	readonly wallMs: number;
	/** Of all its processes together where a cgroup can be had, else of each. */
	readonly memoryBytes?: number;
	readonly processes: number;
	readonly openFiles: number;
	/** Of its outputs together, and of each file that it writes. */
	readonly outputBytes: number;
}

export interface Job {
	/** The root that the command sees, below what the job adds to it. It is never written. */
	readonly toolchainFolder: string;
	/** Inputs that other jobs have too, below the others: a layer that is held until the job has ended, or what one is made of. */
	readonly shared?: Layer | {readonly key: string; readonly files: readonly KnownInput[]};
	readonly inputs: readonly Input[];
	/** Absolute; made if they are missing. */
	readonly folders?: readonly string[];
	readonly command: {
		readonly executable: string;
		readonly arguments: readonly string[];
		/** Absolute; made if it is missing. */
		readonly cwd: string;
		/** All that the command gets, but for PWD. */
		readonly env: readonly (readonly [name: string, value: string])[];
	};
	/** Absolute, or relative to the cwd. */
	readonly outputs: readonly string[];
	readonly limits: Limits;
	/** Added to the server's own niceness. */
	readonly nice?: number;
	/** Ends the job when whoever wanted it is gone. */
	readonly signal?: AbortSignal;
}

export interface Output {
	/** As asked for. */
	readonly path: string;
	readonly mode: number;
	readonly bytes: Buffer;
}

export type Exceeded = 'time' | 'memory' | 'processes' | 'outputBytes';

export interface JobResult {
	readonly exit: Exit;
	readonly stdout: Buffer;
	readonly stderr: Buffer;
	/** Those that are there and are regular files. */
	readonly outputs: readonly Output[];
	readonly wallMs: number;
	readonly cpuMs: number;
	/** The limit that ended it, as far as can be known. */
	readonly exceeded?: Exceeded;
}
