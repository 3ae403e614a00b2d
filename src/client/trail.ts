import type {Attempt, Difference, Lookup, TierAsked} from '../stats/explanation.js';

/** What a compile went through on its way, for whoever asks later why. */
export class Trail {
	lookup: Lookup = 'skipped';
	/** Between the files and the stored entry that came closest. */
	differences: readonly Difference[] = [];
	preprocessed = false;
	/** Until there was room on this host. */
	waitedMs = 0;
	readonly attempts: Attempt[] = [];
	/** Shared stores, in order. */
	readonly tiers: TierAsked[] = [];

	/** An entry was made with other files. */
	tellDifferences(differences: readonly Difference[]): void {
		if (this.lookup === 'filesDiffer' && this.differences.length <= differences.length) return;
		this.lookup = 'filesDiffer';
		this.differences = differences;
	}

	async waiting<Value>(work: Promise<Value>): Promise<Value> {
		const startedMs = performance.now();
		try {
			return await work;
		} finally {
			this.waitedMs += performance.now() - startedMs;
		}
	}
}
