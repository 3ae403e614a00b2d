import type {Verdict} from '../../../stats/judge.js';
import {hitRate, hitsOf, type Sums} from '../../../stats/sums.js';
import type {Grouping, ReasonGroup, ServerGroup} from '../../../stats/views.js';

/** What `--json` and `--csv` say of compiles. The names stay. Times are milliseconds, sizes bytes, shares of 1. */
export interface Figures {
	readonly requests: number;
	readonly compiles: number;
	readonly hits: number;
	readonly directHits: number;
	readonly preprocessedHits: number;
	readonly misses: number;
	readonly hitRate: number | null;
	readonly remote: number;
	readonly notCacheable: number;
	readonly failed: number;
	readonly errors: number;
	readonly serverErrors: number;
	readonly compileMs: number;
	readonly savedMs: number;
	readonly lostMs: number;
	readonly servedBytes: number;
	readonly storedBytes: number;
}

export interface Judged {
	readonly builds: number;
	readonly verdict: Verdict['judgement'];
	/** What has the package built without that which costs; null: nothing does. */
	readonly command: string | null;
	readonly excluded: boolean;
}

/** A row of `--by`: the name is under the grouping's own name. */
export type GroupFigures =
	| (Figures & Partial<Judged> & Partial<Record<Grouping, string>>)
	| (Omit<ReasonGroup, 'reason'> & {readonly reason: string})
	| ServerGroup;

export function figuresOf(sums: Sums): Figures {
	const rate = hitRate(sums);
	return {
		requests: sums.requests,
		compiles: sums.compiles,
		hits: hitsOf(sums),
		directHits: sums.directHits,
		preprocessedHits: sums.preprocessedHits,
		misses: sums.misses,
		hitRate: rate === undefined ? null : Number(rate.toFixed(4)),
		remote: sums.remote,
		notCacheable: sums.notCacheable,
		failed: sums.failed,
		errors: sums.errors,
		serverErrors: sums.serverErrors,
		compileMs: Math.round(sums.compileMs),
		savedMs: Math.round(sums.savedMs),
		lostMs: Math.round(sums.lostMs),
		servedBytes: sums.servedBytes,
		storedBytes: sums.storedBytes,
	};
}
