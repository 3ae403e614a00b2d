import type {Outcome} from './record.js';

/** What compiles add up to. Times in milliseconds. */
export interface Sums {
	/** Calls of a compiler that came to us. */
	readonly requests: number;
	/** Those among them that compile something. */
	readonly compiles: number;
	readonly directHits: number;
	readonly preprocessedHits: number;
	readonly misses: number;
	readonly notCacheable: number;
	/** The compiler itself ended with an error. */
	readonly failed: number;
	/** Something of ours failed, and the real compiler ran. */
	readonly errors: number;
	/** Done by build servers. */
	readonly remote: number;
	/** Attempts of build servers that failed. */
	readonly serverErrors: number;
	/** Of the compilers that ran, here and on servers. */
	readonly compileMs: number;
	/** What the compiles took that results from the cache were made by, less what these took. */
	readonly savedMs: number;
	/** See `lostTimeMs`. */
	readonly lostMs: number;
	/** Of results from the cache. */
	readonly servedBytes: number;
	/** Of new results. */
	readonly storedBytes: number;
}

/** Compiles that went the same way, of whatever else a view tells apart. */
export interface Part {
	readonly outcome: Outcome;
	/** Done by servers. */
	readonly remote: boolean;
	readonly compiles: number;
	/** Attempts of servers that failed. */
	readonly serverErrors: number;
	readonly compileMs: number;
	readonly savedMs: number;
	readonly lostMs: number;
	readonly sizeBytes: number;
}

export const noSums: Sums = {
	requests: 0,
	compiles: 0,
	directHits: 0,
	preprocessedHits: 0,
	misses: 0,
	notCacheable: 0,
	failed: 0,
	errors: 0,
	remote: 0,
	serverErrors: 0,
	compileMs: 0,
	savedMs: 0,
	lostMs: 0,
	servedBytes: 0,
	storedBytes: 0,
};

export function sumOf(parts: readonly Part[]): Sums {
	const total = (value: (part: Part) => number, ...outcomes: readonly Outcome[]) =>
		parts.reduce(
			(sum, part) =>
				outcomes.length === 0 || outcomes.includes(part.outcome) ? sum + value(part) : sum,
			0,
		);
	const count = (...outcomes: readonly Outcome[]) => total(part => part.compiles, ...outcomes);
	const requests = count();
	return {
		requests,
		compiles: requests - count('notCompile'),
		directHits: count('directHit'),
		preprocessedHits: count('preprocessedHit'),
		misses: count('miss'),
		notCacheable: count('notCacheable'),
		failed: count('failed'),
		errors: count('fallback'),
		remote: total(part => (part.remote ? part.compiles : 0)),
		serverErrors: total(part => part.serverErrors),
		compileMs: total(part => part.compileMs),
		savedMs: total(part => part.savedMs),
		lostMs: total(part => part.lostMs),
		servedBytes: total(part => part.sizeBytes, 'directHit', 'preprocessedHit'),
		storedBytes: total(part => part.sizeBytes, 'miss'),
	};
}

export const hitsOf = ({directHits, preprocessedHits}: Sums): number =>
	directHits + preprocessedHits;

/** Which share of the compiles that succeeded came from the cache, of 1; undefined without any. */
export function hitRate(sums: Sums): number | undefined {
	const succeeded = sums.compiles - sums.failed;
	return succeeded === 0 ? undefined : hitsOf(sums) / succeeded;
}
