import {splitVersion} from '../../../portage/atom.js';
import {noSums, type Sums} from '../../../stats/sums.js';
import type {
	Group,
	Grouping,
	ReasonGroup,
	Selection,
	ServerGroup,
	Views,
} from '../../../stats/views.js';
import {type Figures, figuresOf, type Judged} from './figures.js';
import {verdictOn} from './verdicts.js';

export type NamedRow = Figures & Partial<Judged> & {readonly name: string};
export type PackageRow = Figures & Judged & {readonly package: string};

/** The rows of a grouping, in their order. */
export type Groups =
	| {readonly by: 'reason'; readonly rows: readonly ReasonGroup[]}
	| {readonly by: 'server'; readonly rows: readonly ServerGroup[]}
	| {readonly by: Exclude<Grouping, 'reason' | 'server'>; readonly rows: readonly NamedRow[]};

export interface Gathered {
	readonly sums: Sums;
	readonly groups: Groups | undefined;
	/** With their verdicts; none where no view shows these. */
	readonly packages: readonly PackageRow[];
}

export const nothingGathered: Gathered = {sums: noSums, groups: undefined, packages: []};

/** `excluded`: CATEGORY/PACKAGE of what is built without us by now. */
export function gather(
	views: Views,
	selection: Selection,
	excluded: ReadonlySet<string>,
	by: Grouping | undefined,
): Gathered {
	const packages =
		by === undefined || by === 'package'
			? judged(views.groups('package', selection), excluded)
			: [];
	return {
		sums: views.totals(selection),
		groups: by === undefined ? undefined : groupsBy(by),
		packages: packages.flatMap(({name, ...row}) =>
			isJudged(row) ? [{package: name, ...row}] : [],
		),
	};

	function groupsBy(grouping: Grouping): Groups {
		switch (grouping) {
			case 'reason':
				return {by: grouping, rows: views.reasons(selection).toSorted(byCompiles)};
			case 'server':
				return {by: grouping, rows: views.servers(selection).toSorted(byCompiles)};
			case 'package':
				return {by: grouping, rows: packages};
			case 'version':
				return {by: grouping, rows: judged(views.groups(grouping, selection), excluded)};
			case 'day':
				return {by: grouping, rows: named(views.groups(grouping, selection)).toSorted(byName)};
			default:
				return {by: grouping, rows: named(views.groups(grouping, selection)).toSorted(bySaved)};
		}
	}
}

const named = (groups: readonly Group[]): readonly NamedRow[] =>
	groups.map(({name, sums}) => ({name, ...figuresOf(sums)}));

/** What is compiled outside of Portage has no name, and can't be excluded. */
function judged(groups: readonly Group[], excluded: ReadonlySet<string>): readonly NamedRow[] {
	return groups
		.map(group => ({
			name: group.name,
			...figuresOf(group.sums),
			...(group.name === ''
				? {}
				: verdictOn(splitVersion(group.name)?.name ?? group.name, group, excluded)),
		}))
		.toSorted(bySaved);
}

const isJudged = (row: Figures & Partial<Judged>): row is Figures & Judged =>
	row.verdict !== undefined;

const bySaved = (a: Figures, b: Figures): number =>
	b.savedMs - a.savedMs || b.compiles - a.compiles;

const byCompiles = (a: {readonly compiles: number}, b: {readonly compiles: number}): number =>
	b.compiles - a.compiles;

const byName = (a: NamedRow, b: NamedRow): number => (a.name < b.name ? -1 : 1);
