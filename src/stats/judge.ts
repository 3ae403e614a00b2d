import {hitsOf, type Sums} from './sums.js';

export const judgements = [
	/** The cache brings more than it takes. */
	'worth it',
	/** It hardly matters. */
	'neutral',
	/** Built repeatedly, and it takes more than it brings. */
	'costs you',
	/** Not built often enough: a first build can't gain. */
	'too early',
] as const;
export type Judgement = (typeof judgements)[number];

export interface Verdict {
	readonly judgement: Judgement;
	/** What of us is to be left away. */
	readonly exclude: 'all' | 'cache' | undefined;
}

/** Of less than that nobody notices anything. */
const leastMs = 1000;
const leastShare = 0.02;
/** Until then it may only have been bad luck. */
const buildsToTell = 3;
/** From this share of what was compiled on, the servers are worth keeping. */
const remoteShare = 0.1;

/** What the compiles of a package say about having a cache for it. Pure. */
export function judge(sums: Sums, builds: number): Verdict {
	const {savedMs, lostMs, compileMs} = sums;
	const matters = Math.max(leastMs, leastShare * (compileMs + savedMs));
	if (savedMs - lostMs >= matters) return {judgement: 'worth it', exclude: undefined};
	if (builds < buildsToTell) {
		const isNeutral = builds > 1 && hitsOf(sums) > 0;
		return {judgement: isNeutral ? 'neutral' : 'too early', exclude: undefined};
	}
	if (lostMs - savedMs < matters) return {judgement: 'neutral', exclude: undefined};
	const hasServers = sums.remote > 0 && sums.remote >= remoteShare * sums.misses;
	return {judgement: 'costs you', exclude: hasServers ? 'cache' : 'all'};
}
