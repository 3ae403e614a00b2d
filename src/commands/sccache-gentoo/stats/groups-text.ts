import {count, percent, shortDuration, size} from '../../../lib/human.js';
import type {Judgement} from '../../../stats/judge.js';
import type {Grouping, ReasonGroup, ServerGroup} from '../../../stats/views.js';
import type {NamedRow} from './gather.js';
import {type Column, type TableLook, textTable} from './text-table.js';

const colours = {
	'worth it': 'green',
	neutral: undefined,
	'costs you': 'red',
	'too early': 'dim',
} as const satisfies Record<Judgement, unknown>;

const right = <Row>(title: string, cell: (row: Row) => string): Column<Row> => ({
	title,
	side: 'right',
	cell,
});

const isOfPortage = (by: Grouping): boolean => by === 'package' || by === 'version';

/** Of packages, versions, compilers, languages or days. */
export function groupsText(by: Grouping, rows: readonly NamedRow[], look: TableLook): string {
	const isJudged = rows.some(({verdict}) => verdict !== undefined);
	const columns: readonly Column<NamedRow>[] = [
		{
			title: by,
			side: 'left',
			cell: ({name}) => name || (isOfPortage(by) ? '(no package)' : '-'),
			cut: by === 'compiler' ? 'start' : 'end',
		},
		right('compiles', ({compiles}) => count(compiles)),
		right('hits', ({hitRate}) => percent(hitRate ?? undefined)),
		...(rows.some(({remote}) => remote > 0)
			? [right<NamedRow>('remote', ({remote}) => count(remote))]
			: []),
		right('saved', ({savedMs}) => shortDuration(savedMs)),
		right('lost', ({lostMs}) => shortDuration(lostMs)),
		...(isJudged
			? [
					{
						title: 'verdict',
						side: 'left',
						cell: ({verdict = ''}) => verdict,
						style: ({verdict}) => (verdict === undefined ? undefined : colours[verdict]),
					} as const satisfies Column<NamedRow>,
				]
			: [right<NamedRow>('new', ({storedBytes}) => size(storedBytes))]),
	];
	return textTable(columns, rows, look);
}

const kindWords: Readonly<Record<ReasonGroup['kind'], string>> = {
	miss: 'not in the cache',
	notCacheable: 'not cacheable',
	notCompile: 'no compile',
	failed: 'refused by the compiler',
	error: 'error of sccache',
	notDistributed: 'not distributed',
};

export function reasonsText(rows: readonly ReasonGroup[], look: TableLook): string {
	const columns: readonly Column<ReasonGroup>[] = [
		{title: 'what', side: 'left', cell: ({kind}) => kindWords[kind]},
		{title: 'reason', side: 'left', cell: ({reason}) => reason || '-', cut: 'end'},
		right('compiles', ({compiles}) => count(compiles)),
		right('lost', ({lostMs}) => shortDuration(lostMs)),
	];
	return textTable(columns, rows, look);
}

export function serversText(rows: readonly ServerGroup[], look: TableLook): string {
	const columns: readonly Column<ServerGroup>[] = [
		{title: 'server', side: 'left', cell: ({server}) => server || 'here', cut: 'end'},
		right('compiles', ({compiles}) => count(compiles)),
		right('errors', ({errors}) => count(errors)),
		right('compiling', ({compileMs}) => shortDuration(compileMs)),
		right('a compile', ({compileMs, compiles}) =>
			compiles === 0 ? '-' : shortDuration(compileMs / compiles),
		),
	];
	return textTable(columns, rows, look);
}
