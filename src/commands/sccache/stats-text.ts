import {formatSize} from './format-size.js';
import {languageAndCompiler, languageGroup, sumBy} from './language-names.js';
import {readTrouble, type ShownLevel, shownLevels} from './levels.js';
import {distErrors, executed, type ShownStats} from './stats-json.js';

type Row = readonly [name: string, value: string];

/** Upstream's rows in upstream's order, and after them what it does not count. */
export function statsText(stats: ShownStats, advanced: boolean): string {
	const counts = align(countRows(stats, advanced));
	const {distCompiles, notDistributedReasons, notCacheableReasons} = stats.counters;
	const servers = block(
		'Successful distributed compiles',
		mostFirst(distCompiles).map(([server, count]): Row => [`  ${server}`, count]),
	);
	const reasons = [
		block('Not distributed:', mostFirst(notDistributedReasons)),
		block('Non-cacheable reasons:', mostFirst(notCacheableReasons)),
	].join('');
	const end = reasons === '' ? '' : '\n';
	return `${counts}${servers}${reasons}${end}${align(placeRows(stats))}`;
}

const mostFirst = (counts: Record<string, number>): readonly Row[] =>
	Object.entries(counts)
		.sort(([, a], [, b]) => b - a)
		.map(([name, count]) => [name, String(count)]);

/** Nothing without rows. */
const block = (title: string, rows: readonly Row[]): string =>
	rows.length === 0 ? '' : `\n${title}\n${align(rows)}`;

function countRows(stats: ShownStats, advanced: boolean): readonly Row[] {
	const {counters} = stats;
	const name = advanced ? languageAndCompiler : languageGroup;
	const hits = sumBy(counters, 'hits', name);
	const misses = sumBy(counters, 'misses', name);
	const hitCount = counters.directHits + counters.preprocessedHits;
	const compilations = counters.misses + counters.failed;
	const trouble = readTrouble(stats);
	return [
		['Compile requests', String(counters.requests)],
		['Compile requests executed', String(executed(counters))],
		['Cache hits', String(hitCount)],
		...grouped('Cache hits', hits),
		['Cache misses', String(counters.misses)],
		...grouped('Cache misses', misses),
		['Cache hits rate', rate(hitCount, counters.misses)],
		...[...new Set([...Object.keys(hits), ...Object.keys(misses)])].map(
			(key): Row => [`Cache hits rate (${key})`, rate(hits[key] ?? 0, misses[key] ?? 0)],
		),
		['Cache timeouts', String(trouble.timeouts)],
		['Cache read errors', String(trouble.errors)],
		['Forced recaches', String(counters.recached)],
		['Cache write errors', String(counters.writeErrors)],
		['Cache errors', String(counters.fallbacks)],
		...grouped('Cache errors', sumBy(counters, 'errors', name)),
		['Compilations', String(compilations)],
		['Compilation failures', String(counters.failed)],
		['Non-cacheable compilations', '0'],
		['Non-cacheable calls', String(counters.notCacheable)],
		['Non-compilation calls', String(counters.notCompile)],
		['Unsupported compiler calls', '0'],
		['Average cache write', average(counters.storeMs, counters.writes)],
		['Average compiler', average(counters.compileMs, compilations)],
		['Average cache read hit', average(counters.hitMs, hitCount)],
		['Failed distributed compilations', String(distErrors(counters))],
		['Direct hits', String(counters.directHits)],
		['Preprocessed hits', String(counters.preprocessedHits)],
		['Compiler time saved', `${(counters.savedMs / 1000).toFixed(3)} s`],
		...levelRows(shownLevels(stats)),
	];
}

/** Upstream's rows, and behind those of each level what it does not count. */
function levelRows(levels: readonly ShownLevel[]): readonly Row[] {
	if (levels.length === 0) return [];
	return [
		['Multi-level cache levels', String(levels.length)],
		...levels.flatMap(level =>
			[
				['hits', String(level.hits)],
				['misses', String(level.misses)],
				['hit rate', rate(level.hits, level.misses)],
				['writes', String(level.writes)],
				['write failures', String(level.writeFailures)],
				['backfills from', String(level.backfillsFrom)],
				['backfills to', String(level.backfillsTo)],
				['avg cache write', average(level.writeMs, level.writes)],
				['avg cache read hit', average(level.hitMs, level.hits)],
				...ownRows(level),
			].map(([name, value]): Row => [`  ${level.name} ${name}`, value as string]),
		),
	];
}

function ownRows({own}: ShownLevel): readonly Row[] {
	if (own === undefined) return [];
	return [
		['timeouts', String(own.timeouts)],
		['read errors', String(own.errors)],
		['objects not taken', String(own.rejected)],
		['left alone', String(own.skipped)],
		['writes dropped', String(own.dropped)],
		['read', formatSize(own.readBytes)],
		['written', formatSize(own.writtenBytes)],
	];
}

function placeRows(stats: ShownStats): readonly Row[] {
	return [
		['Cache location', stats.cacheLocation],
		...stats.levels.map(({name, location}, index): Row => [`  L${index} (${name})`, location]),
		['Base directories', '(none)'],
		['Use direct/preprocessor mode?', stats.directMode ? 'yes' : 'no'],
		['Version (client)', stats.clientVersion],
		['Cache size', formatSize(stats.cacheSizeBytes)],
		['Max cache size', formatSize(stats.maxCacheSizeBytes)],
	];
}

const grouped = (title: string, counts: Record<string, number>): readonly Row[] =>
	Object.entries(counts).map(([name, count]) => [`${title} (${name})`, String(count)]);

const rate = (hits: number, misses: number): string =>
	hits + misses === 0 ? '-' : `${((100 * hits) / (hits + misses)).toFixed(2)} %`;

const average = (totalMs: number, count: number): string =>
	`${(count === 0 ? 0 : totalMs / count / 1000).toFixed(3)} s`;

/** Names to the left, figures to the right. */
function align(rows: readonly Row[]): string {
	const nameWidth = Math.max(...rows.map(([name]) => name.length), 33);
	const valueWidth = Math.max(
		...rows.map(([, value]) => (value.length <= 20 ? value.length : 0)),
		8,
	);
	return rows
		.map(([name, value]) => `${name.padEnd(nameWidth)} ${value.padStart(valueWidth)}\n`)
		.join('');
}
