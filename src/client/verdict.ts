import type {Explanation} from '../stats/explanation.js';
import type {Outcome} from '../stats/record.js';
import type {Entry, Manifest} from '../store/store.js';

/** How one compile ended, for storing and for the statistics. */
export interface Verdict {
	readonly outcome: Outcome;
	readonly reason?: string;
	readonly family?: string;
	readonly language?: string;
	readonly source?: string;
	/** Wall time of the compiler run that happened. */
	readonly compileMs?: number;
	/** Wall time of the run that made the entry which was served. */
	readonly savedFromMs?: number;
	readonly sizeBytes?: number;
	readonly recached?: boolean;
	/** The build server that compiled it. */
	readonly server?: string;
	/** Why a compile that could have gone to a server ran here. */
	readonly notDistributed?: string;
	/** Servers that were tried before. */
	readonly failedServers?: readonly string[];
	/** Until there was room for it on this host. */
	readonly waitedMs?: number;
	readonly explanation?: Explanation;
	/** The shared store that a hit came from. */
	readonly tier?: string;
	/** To be stored, now that the shim has its answer; of a hit: on the disk alone. */
	readonly entry?: Entry;
	/** How direct mode finds, next time, what preprocessed mode found now. */
	readonly manifest?: Manifest;
	readonly directKey?: string;
}
