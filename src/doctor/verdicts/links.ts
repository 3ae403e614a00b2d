import type {DescribedLink, LinkResult} from '../../links/folder.js';
import {type Owned, obstacleOnTheWay, octal, type User} from '../access.js';
import {failure, ok, type Repair, type Verdict, warning} from '../verdict.js';
import {listed} from '../words.js';

export interface LinkFacts {
	/** What they should lead to. */
	readonly program: string;
	readonly hasProgram: boolean;
	/** The folder and those that lead to it, outermost first. */
	readonly folders: readonly Owned[];
	/** Whoever builds. */
	readonly builder: User;
	readonly folder: string;
	/** Undefined: the folder is not there. */
	readonly links: readonly DescribedLink[] | undefined;
	/** What a refresh would do. */
	readonly steps: readonly Pick<LinkResult, 'name' | 'action'>[];
	readonly repair: Repair;
}

/** The links lead to the program as it is, and each compiler has one. */
export function judgeLinks(facts: LinkFacts): Verdict {
	const {program, hasProgram, folder, folders, builder, links, steps, repair} = facts;
	if (!hasProgram) {
		return failure(
			`There is no ${program} for the links to lead to.`,
			'emerge --oneshot dev-util/sccache-gentoo',
		);
	}
	const names = (action: LinkResult['action']) =>
		steps.filter(step => step.action === action).map(({name}) => name);
	const mend = `sccache-gentoo links refresh ${folder}`;
	if (links === undefined || links.length === 0) {
		return failure(`There are no links of sccache in ${folder}.`, mend, repair);
	}
	const obstacle = obstacleOnTheWay(builder, folders);
	if (obstacle !== undefined) {
		return failure(
			`User ${builder.name} can't pass ${obstacle.path} (${octal(obstacle.mode)}) to the links.`,
			`chmod o+x ${obstacle.path}`,
			obstacle.path === folder
				? {kind: 'mode', path: folder, mode: obstacle.mode | 0o055}
				: undefined,
		);
	}
	const older = names('replace');
	if (older.length > 0) {
		const sentence = `${listed(older)} in ${folder} ${lead(older)} to an older sccache.`;
		return failure(sentence, mend, repair);
	}
	const missing = names('create');
	if (missing.length > 0) {
		return warning(
			`${listed(missing)} ${missing.length === 1 ? 'has' : 'have'} no link in ${folder}.`,
			mend,
			repair,
		);
	}
	const foreign = names('refuse');
	if (foreign.length > 0) {
		return warning(
			`${listed(foreign)} in ${folder} ${lead(foreign)} somewhere else than to sccache.`,
			`look at it, remove it, then ${mend}`,
		);
	}
	const symbolic = links.filter(({kind}) => kind === 'symbolic').length;
	const count = links.length === 1 ? '1 name' : `${links.length} names`;
	const how = symbolic === links.length ? ' by symbolic links' : '';
	return ok(`${count} in ${folder} ${lead(links)} to sccache${how}.`);
}

export interface CompilerFacts {
	readonly folder: string;
	readonly links: readonly Pick<DescribedLink, 'name' | 'behind'>[];
	/** Links whose compiler is another wrapper's link, and that wrapper. */
	readonly wrapped: ReadonlyMap<string, string>;
	readonly repair: Repair;
}

/** Behind each link there is a real compiler. */
export function judgeCompilers({folder, links, wrapped, repair}: CompilerFacts): Verdict {
	const mend = `sccache-gentoo links refresh ${folder}`;
	const without = links.filter(({behind}) => behind === undefined).map(({name}) => name);
	if (links.length > 0 && without.length === links.length) {
		return failure('Builds find no compiler at all behind the links.', 'gcc-config -l');
	}
	if (without.length > 0) {
		return warning(
			`${listed(without)} ${lead(without)} to no compiler: such a call ends with "not found".`,
			mend,
			repair,
		);
	}
	const [first] = wrapped;
	if (first !== undefined) {
		return warning(
			`Behind ${listed([...wrapped.keys()])} there is ${first[1]}, not the compiler.`,
			`take ${first[1]} out of PATH and FEATURES in make.conf`,
		);
	}
	return ok('There is a real compiler behind each link.');
}

const lead = (names: readonly unknown[]): string => (names.length === 1 ? 'leads' : 'lead');
