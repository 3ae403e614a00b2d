/** One of the list, when a job needs a server. */
export interface Candidate {
	/** It did not answer the last time, and has not been seen since. */
	readonly isAway: boolean;
	/** For this job. */
	readonly wasAsked: boolean;
}

/** What became of the last question for this job. 'none': it answers, and gives no server. */
export type LastAnswer = 'nothing asked' | 'lost' | 'none';

/**
 * Which scheduler is asked next for a job, by its place in the list; undefined: there is no use in it. The first that answers, always:
 * when all clients have the same list one scheduler alone gives servers away, and it is the one that knows best.
 */
export function nextScheduler(
	candidates: readonly Candidate[],
	last: LastAnswer,
	leftMs: number,
): number | undefined {
	// Others may reach servers that it does not.
	if (last === 'none' && leftMs <= 0) return undefined;
	const index = candidates.findIndex(({isAway, wasAsked}) => !isAway && !wasAsked);
	if (index !== -1) return index;
	return last === 'nothing asked' && candidates.length > 0 ? 0 : undefined;
}
