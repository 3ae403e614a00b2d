import type {RunJobRequest} from '../../protocol/dist/messages.js';
import type {Entry} from '../../store/store.js';
import type {ShimConnection} from '../shim-connection.js';
import type {Trail} from '../trail.js';
import type {Parts} from '../unit.js';
import type {Distribution} from './distribution.js';
import type {Sized} from './forecast.js';
import type {DigestedInputs} from './inputs-there.js';
import type {Allocation} from './scheduler-link.js';
import type {JobResult} from './server-link.js';

/** A compile that may be done elsewhere: what differs from language to language. */
export interface Traveller {
	readonly parts: Parts;
	readonly shim: ShimConnection;
	/** Its compiler and language: what of it took here and there can be compared. */
	readonly kind: string;
	readonly trail: Trail;
	/** By which the log knows it: its source, and the process that waits for it. */
	readonly about: {readonly source: string; readonly shim: number};
	/** Absolute; and CATEGORY/PF, or empty. By them it is found what the same source took before. */
	readonly unit: {readonly path: string; readonly package: string};
	/** It is to be compiled, whoever has its result. */
	readonly isFresh: boolean;
	/** What can be known without looking at the sources. A toolchain that is not packed yet is begun, even when nothing has to leave. */
	prepare(distribution: Distribution): Ready;
	/** All that a server has to be given; or why it can't be. */
	describe(distribution: Distribution, ready: Ready): Promise<Job | string>;
}

export interface Ready {
	/** Why it can't go away. */
	readonly reason: string | undefined;
	readonly args: readonly string[];
	readonly archiveId: string;
	readonly executable: string;
}

/** It stays here. */
export function stay(reason: string): Ready {
	return {reason, args: [], archiveId: '', executable: ''};
}

export interface Job {
	readonly request: RunJobRequest;
	readonly inputs: DigestedInputs;
	readonly sized: Sized;
	/** Its inputs were found without the preprocessor. */
	readonly isForeseen: boolean;
	/** Gives the shim what came back and tells it to end. Throws an AppError for a result that is not surely what the compile would have made here; then nothing has been written. */
	readonly finish: (
		result: JobResult,
		allocation: Allocation,
		times: {readonly atMs: number; readonly compileMs: number},
	) => Entry;
}
