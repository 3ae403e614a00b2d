import type {CacheStats, TierCounters} from '../../protocol/control.js';

/** One level of the cache, in upstream's words. */
export interface ShownLevel {
	/** Like `L1 (redis)`. */
	readonly name: string;
	readonly location: string;
	readonly hits: number;
	readonly misses: number;
	readonly writes: number;
	readonly writeFailures: number;
	readonly backfillsFrom: number;
	readonly backfillsTo: number;
	readonly hitMs: number;
	readonly writeMs: number;
	/** What upstream does not count; undefined: of the disk. */
	readonly own: TierCounters | undefined;
}

const nothing: TierCounters = {
	hits: 0,
	misses: 0,
	hitMs: 0,
	errors: 0,
	timeouts: 0,
	skipped: 0,
	rejected: 0,
	readBytes: 0,
	writes: 0,
	writeMs: 0,
	writeErrors: 0,
	dropped: 0,
	writtenBytes: 0,
	backfillsFrom: 0,
	backfillsTo: 0,
};

/** The disk first; nothing without a level behind it. */
export function shownLevels({levels, counters}: CacheStats): readonly ShownLevel[] {
	return levels.map(({name, location}, index) => {
		const shown = {name: `L${index} (${name})`, location};
		return index === 0 ? {...shown, ...ofDisk(counters)} : {...shown, ...ofTier(counters, name)};
	});
}

/** Questions that were not answered, by all shared caches together. */
export function readTrouble(stats: CacheStats): {
	readonly timeouts: number;
	readonly errors: number;
} {
	const all = Object.values(stats.counters.tiers);
	const sum = (of: (tier: TierCounters) => number) =>
		all.reduce((total, tier) => total + of(tier), 0);
	return {
		timeouts: sum(({timeouts}) => timeouts),
		errors: sum(({errors, rejected}) => errors + rejected),
	};
}

function ofTier(
	{tiers}: CacheStats['counters'],
	name: string,
): Omit<ShownLevel, 'name' | 'location'> {
	const own = tiers[name] ?? nothing;
	const {hits, misses, writes, hitMs, writeMs, backfillsFrom, backfillsTo} = own;
	return {
		...{hits, misses, writes, hitMs, writeMs, backfillsFrom, backfillsTo, own},
		writeFailures: own.writeErrors + own.dropped,
	};
}

/** What the levels behind it answered, it did not. */
function ofDisk(counters: CacheStats['counters']): Omit<ShownLevel, 'name' | 'location'> {
	const tiers = Object.values(counters.tiers);
	const sharedHits = tiers.reduce((sum, {hits}) => sum + hits, 0);
	const sharedHitMs = tiers.reduce((sum, {hitMs}) => sum + hitMs, 0);
	return {
		hits: Math.max(0, counters.directHits + counters.preprocessedHits - sharedHits),
		misses: counters.misses + sharedHits,
		writes: counters.writes,
		writeFailures: counters.writeErrors,
		backfillsFrom: 0,
		backfillsTo: sharedHits,
		hitMs: Math.max(0, counters.hitMs - sharedHitMs),
		writeMs: counters.storeMs,
		own: undefined,
	};
}
