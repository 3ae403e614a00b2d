import {count, percent, shortDuration, size} from '../../../lib/human.js';
import type {AgeBand, AgeBandName} from '../../../store/upkeep/age-bands.js';
import {type Column, type TableLook, textTable} from '../stats/text-table.js';
import {countedEntries} from './entries-text.js';
import type {PackageRow} from './package-rows.js';
import type {CacheSizeAnswer} from './size.js';

const bandWords: Readonly<Record<AgeBandName, string>> = {
	day: 'within a day',
	week: 'within a week',
	month: 'within a month',
	quarter: 'within a quarter',
	older: 'earlier',
};

const right = <Row>(title: string, cell: (row: Row) => string): Column<Row> => ({
	title,
	side: 'right',
	cell,
});

/** `showsAges`: ages are known of the whole cache alone. */
export function sizeText(
	answer: CacheSizeAnswer,
	by: 'package' | 'version',
	showsAges: boolean,
	nowMs: number,
	look: TableLook,
): string {
	const {dir, entries, sizeBytes, limitBytes, packages, ages} = answer;
	const head = `${dir}: ${countedEntries(entries)}, ${size(sizeBytes)} of ${size(limitBytes)}\n`;
	if (entries === 0) return head;
	const ago = (iso: string) => shortDuration(Math.max(0, nowMs - Date.parse(iso)));
	const columns: readonly Column<PackageRow>[] = [
		{title: by, side: 'left', cell: row => row.package || '(no package)', cut: 'end'},
		right('entries', row => count(row.entries)),
		right('size', row => size(row.sizeBytes)),
		right('share', row => percent(row.share)),
		...(by === 'version'
			? []
			: [
					{
						...right<PackageRow>('quota', ({quotaBytes}) =>
							quotaBytes === null ? '-' : size(quotaBytes),
						),
						style: ({quotaBytes, sizeBytes: taken}: PackageRow) =>
							quotaBytes !== null && taken > quotaBytes ? ('yellow' as const) : undefined,
					},
				]),
		right('last use', row => ago(row.newestUse)),
		right('oldest', row => ago(row.oldestUse)),
	];
	const bands: readonly Column<AgeBand>[] = [
		{title: 'last used', side: 'left', cell: ({band}) => bandWords[band]},
		right('entries', row => count(row.entries)),
		right('size', row => size(row.sizeBytes)),
		right('share', row => percent(row.sizeBytes / sizeBytes)),
	];
	return `${head}\n${textTable(columns, packages, look)}${showsAges ? `\n${textTable(bands, ages, look)}` : ''}`;
}
