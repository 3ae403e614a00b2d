import {counted, duration} from '../../../lib/human.js';
import {packageOfAtom} from '../../../portage/atom.js';
import {listAllOptOuts, type PackageEnvFiles} from '../../../portage/package-env-files.js';
import {type Judgement, judge, judgements} from '../../../stats/judge.js';
import type {Group} from '../../../stats/views.js';
import type {Figures, Judged} from './figures.js';

/** What is to be thought of having a cache for a package. `name`: CATEGORY/PACKAGE. */
export function verdictOn(
	name: string,
	{sums, builds}: Pick<Group, 'sums' | 'builds'>,
	excluded: ReadonlySet<string>,
): Judged {
	const {judgement, exclude} = judge(sums, builds);
	const option = exclude === 'cache' ? ' --no-cache' : '';
	return {
		builds,
		verdict: judgement,
		command: exclude === undefined ? null : `sccache-gentoo exclude${option} ${name}`,
		excluded: excluded.has(name),
	};
}

/** CATEGORY/PACKAGE of those that Portage builds without us, or with less of us. */
export function excludedPackages(files: PackageEnvFiles): ReadonlySet<string> {
	return new Set(listAllOptOuts(files).map(({atom}) => packageOfAtom(atom)));
}

type Row = Judged & Pick<Figures, 'savedMs' | 'lostMs'> & {readonly package?: string};

/** How many packages each verdict is on, in a line; and what to do about those that lose. */
export function verdictLines(rows: readonly Row[]): readonly string[] {
	const [only] = rows;
	if (rows.length === 1 && only !== undefined) {
		return [oneVerdict[only.verdict], ...(only.command === null ? [] : costLines(only))];
	}
	const parts = judgements.flatMap(judgement => {
		const number = rows.filter(({verdict}) => verdict === judgement).length;
		return number === 0 ? [] : [`${judgement} ${number}`];
	});
	if (parts.length === 0) return [];
	return [
		`Verdict on ${counted(rows.length, 'package')}: ${parts.join(', ')}.`,
		...rows.flatMap(row => (row.command === null ? [] : ['', ...costLines(row)])),
	];
}

const oneVerdict: Readonly<Record<Judgement, string>> = {
	'worth it': 'Verdict: worth it.',
	neutral: 'Verdict: neutral. The cache saves about what it takes.',
	'costs you': 'Verdict: costs you.',
	'too early': 'Verdict: too early to say. A first build can’t gain.',
};

function costLines({package: name, savedMs, lostMs, builds, command, excluded}: Row) {
	const what = `${name} lost ${duration(lostMs)} in ${builds} builds and saved ${duration(savedMs)}`;
	return excluded ? [`${what}.`, '  It is excluded by now.'] : [`${what}:`, `  ${command}`];
}
