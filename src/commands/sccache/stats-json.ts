import type {CacheStats, Counters} from '../../protocol/control.js';
import {languageAndCompiler, languageGroup, sumBy} from './language-names.js';
import {readTrouble, shownLevels} from './levels.js';

export type ShownStats = CacheStats & {readonly clientVersion: string};

/** Upstream's JSON, field for field; what it does not have stands under `gentoo`. */
export function statsJson(stats: ShownStats): string {
	return JSON.stringify({
		stats: {...upstreamCounters(stats), gentoo: ownCounters(stats)},
		cache_location: stats.cacheLocation,
		cache_size: stats.cacheSizeBytes,
		max_cache_size: stats.maxCacheSizeBytes,
		use_preprocessor_cache_mode: stats.directMode,
		version: stats.clientVersion,
		// Of another version of the cache; upstream's readers expect the key.
		basedirs: [],
	});
}

function ownCounters({counters, entries}: ShownStats): Record<string, unknown> {
	return {
		direct_hits: counters.directHits,
		preprocessed_hits: counters.preprocessedHits,
		fallbacks: counters.fallbackReasons,
		not_compile: counters.notCompileReasons,
		not_distributed: counters.notDistributedReasons,
		dist_errors_by_server: counters.distErrors,
		saved_ms: counters.savedMs,
		entries,
		...(Object.keys(counters.tiers).length === 0 ? {} : {tiers: counters.tiers}),
	};
}

function upstreamCounters(stats: ShownStats): Record<string, unknown> {
	const {counters} = stats;
	const {timeouts, errors} = readTrouble(stats);
	return {
		compile_requests: counters.requests,
		requests_unsupported_compiler: 0,
		requests_not_compile: counters.notCompile,
		requests_not_cacheable: counters.notCacheable,
		requests_executed: executed(counters),
		cache_errors: groups(counters, 'errors'),
		cache_hits: groups(counters, 'hits'),
		cache_misses: groups(counters, 'misses'),
		cache_timeouts: timeouts,
		cache_read_errors: errors,
		non_cacheable_compilations: 0,
		forced_recaches: counters.recached,
		cache_write_errors: counters.writeErrors,
		cache_writes: counters.writes,
		cache_write_duration: duration(counters.storeMs),
		cache_read_hit_duration: duration(counters.hitMs),
		compilations: counters.misses + counters.failed,
		compiler_write_duration: duration(counters.compileMs),
		compile_fails: counters.failed,
		not_cached: counters.notCacheableReasons,
		dist_compiles: counters.distCompiles,
		dist_errors: distErrors(counters),
		multi_level: multiLevel(stats),
	};
}

/** Null for the disk alone, as upstream has it. */
function multiLevel(stats: ShownStats): readonly unknown[] | null {
	const levels = shownLevels(stats);
	if (levels.length === 0) return null;
	return levels.map(level => ({
		name: level.name,
		location: level.location,
		hits: level.hits,
		misses: level.misses,
		writes: level.writes,
		write_failures: level.writeFailures,
		backfills_from: level.backfillsFrom,
		backfills_to: level.backfillsTo,
		hit_duration: duration(level.hitMs),
		write_duration: duration(level.writeMs),
	}));
}

/** Compiles that were looked up. */
export function executed(counters: Counters): number {
	const {directHits, preprocessedHits, misses, failed, fallbacks} = counters;
	return directHits + preprocessedHits + misses + failed + fallbacks;
}

/** Attempts that failed, over all servers. */
export function distErrors(counters: Counters): number {
	return Object.values(counters.distErrors).reduce((sum, count) => sum + count, 0);
}

function groups(counters: Counters, what: 'hits' | 'misses' | 'errors') {
	return {
		counts: sumBy(counters, what, languageGroup),
		adv_counts: sumBy(counters, what, languageAndCompiler),
	};
}

/** As Rust's Duration is written. */
function duration(ms: number): {readonly secs: number; readonly nanos: number} {
	const secs = Math.floor(ms / 1000);
	return {secs, nanos: Math.floor((ms - secs * 1000) * 1e6)};
}
