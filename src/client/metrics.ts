import {boundedCounts, boundedLabel} from '../metrics/bounded-label.js';
import type {Metrics, Values} from '../metrics/create-metrics.js';
import type {CacheStats, Counters, TierCounters} from '../protocol/control.js';

/** The daemon at one moment, with what all of its threads have done. */
export interface ClientView {
	readonly stats: CacheStats;
	readonly workers: number;
	/** Compiles that are under way. */
	readonly running: number;
	/** Undefined: there is no farm. */
	readonly isSchedulerUp: boolean | undefined;
}

/** Reasons are texts of ours and of peers; servers come and go. */
const mostReasons = 50;
const mostServers = 200;

/** Everything is read off `view`, which is asked for anew before each answer. */
export function declareClient(metrics: Metrics, view: () => ClientView): void {
	const counters = () => view().stats.counters;
	declareCompiles(metrics, counters);
	declareTimes(metrics, counters);
	declareFarm(metrics, counters);
	declareTiers(metrics, counters);
	metrics.gauge(
		{name: 'sccache_client_running_compiles', help: 'Compiles that are under way.'},
		() => view().running,
	);
	metrics.gauge(
		{name: 'sccache_client_workers', help: 'Threads that answer compiles.'},
		() => view().workers,
	);
	metrics.gauge(
		{
			name: 'sccache_client_scheduler_up',
			help: 'Whether the scheduler answered last; nothing without a farm.',
		},
		() => {
			const {isSchedulerUp} = view();
			return isSchedulerUp === undefined ? [] : [[{}, Number(isSchedulerUp)]];
		},
	);
	metrics.gauge(
		{name: 'sccache_client_cache_bytes', help: 'What the cache takes on the disk.'},
		() => view().stats.cacheSizeBytes,
	);
	metrics.gauge(
		{name: 'sccache_client_cache_limit_bytes', help: 'What the cache may take.'},
		() => view().stats.maxCacheSizeBytes,
	);
	metrics.gauge(
		{name: 'sccache_client_cache_entries', help: 'Results in the cache.'},
		() => view().stats.entries,
	);
}

function declareCompiles(metrics: Metrics, counters: () => Counters): void {
	metrics.counted(
		{
			name: 'sccache_client_requests_total',
			help: 'Calls of a compiler, by what became of them.',
			labels: ['outcome'],
		},
		() => {
			const all = counters();
			return Object.entries({
				direct_hit: all.directHits,
				preprocessed_hit: all.preprocessedHits,
				miss: all.misses,
				failed: all.failed,
				not_cacheable: all.notCacheable,
				not_compile: all.notCompile,
				fallback: all.fallbacks,
			}).map(([outcome, count]) => [{outcome}, count] as const);
		},
	);
	metrics.counted(
		{
			name: 'sccache_client_lookups_total',
			help: 'Compiles that were looked up, by language, family of the compiler and result.',
			labels: ['language', 'compiler', 'result'],
		},
		() =>
			counters().languages.flatMap(({language, family: compiler, hits, misses, errors}) =>
				Object.entries({hit: hits, miss: misses, error: errors}).map(
					([result, count]) => [{language, compiler, result}, count] as const,
				),
			),
	);
	const ofReason = byLabel('reason', mostReasons);
	metrics.counted(
		{
			name: 'sccache_client_not_cacheable_total',
			help: 'Compiles that are not cached, by reason.',
			labels: ['reason'],
		},
		() => ofReason(counters().notCacheableReasons),
	);
	const ofError = byLabel('code', mostReasons);
	metrics.counted(
		{
			name: 'sccache_client_fallbacks_total',
			help: 'Compiles that went to the real compiler since something of ours failed, by the code of the error.',
			labels: ['code'],
		},
		() => ofError(counters().fallbackReasons),
	);
	metrics.counted(
		{name: 'sccache_client_cache_writes_total', help: 'Results that were stored.'},
		() => counters().writes,
	);
	metrics.counted(
		{name: 'sccache_client_cache_write_errors_total', help: 'Results that could not be stored.'},
		() => counters().writeErrors,
	);
}

function declareTimes(metrics: Metrics, counters: () => Counters): void {
	const seconds = (what: string, help: string, ms: (counters: Counters) => number) =>
		metrics.counted(
			{name: `sccache_client_${what}_seconds_total`, help},
			() => ms(counters()) / 1000,
		);
	seconds('hit', 'Time that hits took.', ({hitMs}) => hitMs);
	seconds('compile', 'Time that compilers ran, here and on servers.', ({compileMs}) => compileMs);
	seconds('store', 'Time that storing took.', ({storeMs}) => storeMs);
	seconds('saved', 'Time that compilers would have taken, less that of hits.', all => all.savedMs);
}

function declareFarm(metrics: Metrics, counters: () => Counters): void {
	const ofServer = byLabel('server', mostServers);
	metrics.counted(
		{
			name: 'sccache_client_remote_compiles_total',
			help: 'Compiles that a build server did, by server.',
			labels: ['server'],
		},
		() => ofServer(counters().distCompiles),
	);
	metrics.counted(
		{
			name: 'sccache_client_remote_errors_total',
			help: 'Attempts on a build server that failed, by server.',
			labels: ['server'],
		},
		() => ofServer(counters().distErrors),
	);
	const ofReason = byLabel('reason', mostReasons);
	metrics.counted(
		{
			name: 'sccache_client_not_distributed_total',
			help: 'Compiles that ran here though there is a farm, by reason.',
			labels: ['reason'],
		},
		() => ofReason(counters().notDistributedReasons),
	);
}

/** Of the caches that hosts share: their names are three at most. */
function declareTiers(metrics: Metrics, counters: () => Counters): void {
	const each = (label: string, values: (tier: TierCounters) => Record<string, number>) => () =>
		Object.entries(counters().tiers).flatMap(([name, tier]) =>
			Object.entries(values(tier)).map(
				([value, count]) => [{tier: name, [label]: value}, count] as const,
			),
		);
	metrics.counted(
		{
			name: 'sccache_client_shared_lookups_total',
			help: 'Compiles that a shared cache was asked for, by result.',
			labels: ['tier', 'result'],
		},
		each('result', ({hits, misses}) => ({hit: hits, miss: misses})),
	);
	metrics.counted(
		{
			name: 'sccache_client_shared_read_failures_total',
			help: 'Questions that a shared cache did not answer, or was not asked, by reason.',
			labels: ['tier', 'reason'],
		},
		each('reason', ({timeouts, errors, skipped, rejected}) => ({
			...{timeout: timeouts, error: errors},
			...{left_alone: skipped, not_taken: rejected},
		})),
	);
	metrics.counted(
		{
			name: 'sccache_client_shared_writes_total',
			help: 'Objects for a shared cache, by what became of them.',
			labels: ['tier', 'result'],
		},
		each('result', ({writes, writeErrors, dropped}) => ({
			...{done: writes, error: writeErrors, dropped},
		})),
	);
	metrics.counted(
		{
			name: 'sccache_client_shared_bytes_total',
			help: 'What went to a shared cache, and came from it.',
			labels: ['tier', 'direction'],
		},
		each('direction', ({readBytes, writtenBytes}) => ({read: readBytes, written: writtenBytes})),
	);
}

/** Some reasons name a file. */
function withoutPaths(reason: string): string {
	return reason.replace(/(?<![^\s'"`(=:])\/[^\s'"`)]+/g, 'FILE');
}

function byLabel(name: string, most: number): (counts: Readonly<Record<string, number>>) => Values {
	const bounded = boundedLabel(most);
	return counts =>
		[...boundedCounts(value => bounded(withoutPaths(value)), counts)].map(
			([value, count]) => [{[name]: value}, count] as const,
		);
}
