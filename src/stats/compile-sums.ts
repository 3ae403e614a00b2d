import type {CompileRecord, Outcome} from './record.js';

/** What became of compiles, in the fewest figures. */
export interface CompileSums {
	readonly compiles: number;
	/** From the cache. */
	readonly hits: number;
	/** By servers. */
	readonly remote: number;
	readonly savedMs: number;
}

export const noCompiles: CompileSums = {compiles: 0, hits: 0, remote: 0, savedMs: 0};

/** Neither what compiles nothing nor what the compiler refused: hits are a share of compiles that succeed. */
export const uncounted: readonly Outcome[] = ['notCompile', 'failed'];
export const hitOutcomes: readonly Outcome[] = ['directHit', 'preprocessedHit'];

export const counts = ({outcome}: Pick<CompileRecord, 'outcome'>): boolean =>
	!uncounted.includes(outcome);

export function withCompile(
	sums: CompileSums,
	{outcome, server, savedMs}: Pick<CompileRecord, 'outcome' | 'server' | 'savedMs'>,
): CompileSums {
	return {
		compiles: sums.compiles + 1,
		hits: sums.hits + (hitOutcomes.includes(outcome) ? 1 : 0),
		remote: sums.remote + (server === '' ? 0 : 1),
		savedMs: sums.savedMs + savedMs,
	};
}
