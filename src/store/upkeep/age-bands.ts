import type {CacheIndex} from '../cache-index.js';

const dayMs = 24 * 60 * 60 * 1000;

/** By when it was last used: at most so many days ago, and not in the band before. */
const ageBandDays = {
	day: 1,
	week: 7,
	month: 30,
	quarter: 91,
	older: Number.POSITIVE_INFINITY,
} as const;
export type AgeBandName = keyof typeof ageBandDays;

export interface AgeBand {
	readonly band: AgeBandName;
	readonly entries: number;
	readonly sizeBytes: number;
}

/** All bands, the youngest first. */
export function ageBands({database}: CacheIndex, nowMs: number): readonly AgeBand[] {
	const between = database.prepare(
		`SELECT count(*) AS entries, coalesce(sum(size), 0) AS sizeBytes FROM entries
		WHERE last_used_ms > ? AND last_used_ms <= ?`,
	);
	let toMs = Number.MAX_SAFE_INTEGER;
	return Object.entries(ageBandDays).map(([band, days]) => {
		const fromMs = Math.max(Number.MIN_SAFE_INTEGER, Math.floor(nowMs - days * dayMs));
		const found = between.get(fromMs, toMs) as Omit<AgeBand, 'band'>;
		toMs = fromMs;
		return {band: band as AgeBandName, ...found};
	});
}
