import {count, counted, duration, percent, size} from '../../../lib/human.js';
import {hitRate, hitsOf, type Sums} from '../../../stats/sums.js';

export interface CacheUsage {
	readonly entries: number;
	readonly sizeBytes: number;
	readonly limitBytes: number;
}

type Row = readonly [name: string, value: string, more?: string];

/** All that the compiles add up to, a line each. */
export function totalsText(sums: Sums, cache: CacheUsage | undefined): string {
	const succeeded = sums.compiles - sums.failed;
	const share = (part: number) => percent(succeeded === 0 ? undefined : part / succeeded);
	const here = sums.misses - sums.remote;
	const rows: readonly Row[] = [
		['compiles', count(sums.compiles)],
		['from the cache', count(hitsOf(sums)), share(hitsOf(sums))],
		...some(sums.remote, () => ['by build servers', count(sums.remote), share(sums.remote)]),
		['compiled here', count(Math.max(0, here)), share(Math.max(0, here))],
		...some(sums.notCacheable, n => ['not cacheable', count(n), share(n)]),
		...some(sums.errors, n => ['errors of sccache', count(n), share(n)]),
		...some(sums.failed, n => ['refused by the compiler', count(n)]),
		...some(sums.serverErrors, n => ['failed on servers', count(n)]),
		['time saved', duration(sums.savedMs)],
		['time lost', duration(sums.lostMs)],
		['read from the cache', size(sums.servedBytes)],
		['written to the cache', size(sums.storedBytes)],
		...(cache === undefined ? [] : [cacheRow(cache)]),
	];
	const nameWidth = Math.max(...rows.map(([name]) => name.length));
	const valueWidth = Math.max(...rows.map(([, value]) => value.length));
	return rows
		.map(([name, value, more = '']) =>
			`  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${more.padStart(5)}`.trimEnd(),
		)
		.map(line => `${line}\n`)
		.join('');
}

const some = (value: number, row: (value: number) => Row): readonly Row[] =>
	value === 0 ? [] : [row(value)];

const cacheRow = ({entries, sizeBytes, limitBytes}: CacheUsage): Row => [
	'in the cache now',
	size(sizeBytes),
	` of ${size(limitBytes)}, ${count(entries)} entries`,
];

/** The line after an emerge; nothing where nothing was compiled. */
export function oneLine(sums: Sums): string {
	if (sums.compiles === 0) return '';
	const parts = [
		counted(sums.compiles, 'compile'),
		`${percent(hitRate(sums) ?? 0)} from the cache`,
		...(sums.remote === 0 ? [] : [`${count(sums.remote)} remote`]),
		...(sums.errors === 0 ? [] : [counted(sums.errors, 'error')]),
		`${duration(sums.savedMs)} saved`,
	];
	return `${parts.join(', ')}\n`;
}
