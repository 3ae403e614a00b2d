import {join} from 'node:path';
import {processEnvironment} from '../../../config/environment.js';
import {AppError} from '../../../lib/errors.js';
import {applyPlan} from '../../../setup/apply/apply.js';
import {recover} from '../../../setup/apply/recover.js';
import {runCommands} from '../../../setup/apply/run-commands.js';
import {forgetPending, readRecord} from '../../../setup/apply/state.js';
import {type Ask, askNobody, askOnTerminal} from '../../../setup/ask/ask.js';
import {initRuns} from '../../../setup/ask/detect.js';
import {gatherAnswers} from '../../../setup/ask/gather.js';
import type {InitSystem, Role} from '../../../setup/plan/answers.js';
import type {Plan} from '../../../setup/plan/change.js';
import {type Endpoint, endpointsOf} from '../../../setup/plan/endpoints.js';
import {plan} from '../../../setup/plan/plan.js';
import {openTree, type Place, type Tree} from '../../../setup/plan/tree.js';
import {type ShownChange, showChanges, shownChanges} from '../../../setup/show/show-change.js';
import {commandTeller} from './command-teller.js';
import {givenBy, hostOf} from './given.js';
import {shipped} from './shipped.js';

export interface TreeFlags {
	readonly root: string;
	readonly eprefix: string;
}

export interface SetupFlags extends TreeFlags {
	readonly yes: boolean;
	readonly 'dry-run': boolean;
	readonly start: boolean;
	readonly doctor: boolean;
	readonly init?: InitSystem | undefined;
	readonly 'join-code-file'?: string | undefined;
	readonly 'scheduler-url'?: string | undefined;
	readonly 'scheduler-address'?: string | undefined;
	readonly 'server-address'?: string | undefined;
	readonly 'server-token-file'?: string | undefined;
	readonly 'max-jobs'?: number | undefined;
	readonly 'memory-per-job'?: string | undefined;
	readonly 'client-token-file'?: string | undefined;
	readonly 'cache-size'?: string | undefined;
	readonly 'toolchain-cache-size'?: string | undefined;
	readonly via?: 'make.conf' | 'bashrc' | 'none' | undefined;
	readonly 'wiki-tcp'?: boolean | undefined;
	readonly switch?: boolean | undefined;
	readonly report?: boolean | undefined;
	readonly 'exclude-known'?: boolean | undefined;
	readonly 'links-folder'?: string | undefined;
	readonly program?: string | undefined;
}

export interface SetupAnswer {
	readonly changes: readonly ShownChange[];
	readonly commands: readonly (readonly string[])[];
	/** Whether the commands are for the user to run. */
	readonly commandsLeft: boolean;
	readonly leftAlone: Plan['leftAlone'];
	readonly notes: readonly string[];
	readonly applied: boolean;
}

/** Where it is said what happens. */
export interface Say {
	readonly log: (text: string) => void;
	readonly warn: (text: string) => void;
	/** Nobody reads what is said, or answers. */
	readonly isForPrograms: boolean;
}

/** Exit status of a setup that has left something for the user to do by hand. */
export const somethingLeft = 3;

export interface SetupResult {
	readonly answer: SetupAnswer;
	/** Where the services that were started are to be reached; none if none was. */
	readonly started: readonly Endpoint[];
}

/** Gathers answers, plans, shows, and does it. */
export async function runSetup(
	roles: readonly Role[] | undefined,
	flags: SetupFlags,
	say: Say,
): Promise<SetupResult> {
	const place = placeOf(flags);
	const ask = asker(flags, say);
	if (!flags['dry-run']) {
		checkUser(flags);
		if (recover(place)) say.warn('an interrupted setup was put back');
	}
	const tree = openTree(place);
	const answers = await gatherAnswers(givenBy(roles, flags), tree, hostOf(place.base), ask);
	const made = plan(answers, tree, shipped);
	const pending = readRecord(place.base)?.pending ?? [];
	const commands = made.commands.length > 0 ? made.commands : pending;
	const runs = flags.start && runsHere(flags, tree);
	const answer = {
		changes: shownChanges(made.changes, flags.eprefix),
		commands,
		commandsLeft: !runs && commands.length > 0,
		leftAlone: made.leftAlone,
		notes: made.notes,
	};
	show(made, answer, flags, say);
	if (made.leftAlone.length > 0) process.exitCode = somethingLeft;
	const isNothing = made.changes.length === 0 && (commands.length === 0 || !runs);
	if (isNothing && made.leftAlone.length === 0) say.log('Nothing to do: all is as it should be.');
	const unapplied = {answer: {...answer, applied: false}, started: []};
	if (flags['dry-run'] || isNothing) return unapplied;
	if (!(await ask.confirm('Do all this?', '', true))) {
		say.log('Nothing was changed.');
		return unapplied;
	}
	applyPlan(place, {...made, commands: runs ? commands : []});
	if (runs) {
		const onCommand = commandTeller(process.stderr, commands.length);
		runCommands(commands, processEnvironment(), {onCommand});
		forgetPending(place.base);
	}
	say.log('Done. `sccache-gentoo setup undo` takes it back.');
	const started = runs && commands.length > 0 ? endpointsOf(answers) : [];
	return {answer: {...answer, applied: true}, started};
}

export const placeOf = ({root, eprefix}: TreeFlags): Place => ({
	base: join(root, eprefix),
	eprefix,
	canChown: process.geteuid?.() === 0,
});

/** Whether commands reach the services of this tree. */
export const runsHere = ({root, eprefix}: TreeFlags, tree: Tree): boolean =>
	root === '/' && eprefix === '' && initRuns(tree);

/** Throws SETUP_INVALID. */
export function checkUser({root, eprefix}: TreeFlags): void {
	if (root !== '/' || eprefix !== '' || process.geteuid?.() === 0) return;
	throw new AppError('SETUP_INVALID', 'only root can change these files', {
		hint: 'run it as root; `setup --dry-run` shows what it would do',
	});
}

function asker({yes, 'dry-run': dryRun}: SetupFlags, {log, isForPrograms}: Say): Ask {
	if (yes) return askNobody;
	if (process.stdin.isTTY && process.stdout.isTTY && !isForPrograms) {
		return askOnTerminal(log, process.stdout.columns || 80);
	}
	if (dryRun) return askNobody;
	const message = isForPrograms ? '--json asks nothing' : 'there is no terminal to ask on';
	throw new AppError('SETUP_INVALID', message, {
		hint: 'give --yes, and flags for what is not to be as it is offered',
	});
}

function show(made: Plan, answer: Omit<SetupAnswer, 'applied'>, flags: SetupFlags, say: Say): void {
	const dryRun = flags['dry-run'];
	if (made.changes.length > 0) say.log(dryRun ? '\nIt would change:' : '\nThis is to be changed:');
	for (const text of showChanges(made.changes, flags.eprefix, dryRun)) say.log(text);
	for (const {path, why, text} of made.leftAlone) {
		say.warn(`${flags.eprefix}${path} is left alone: ${why}`);
		if (text !== '') say.log(`Add this to ${flags.eprefix}${path} by hand:\n\n${text}\n`);
	}
	for (const note of made.notes) say.warn(note);
	if (answer.commands.length === 0) return;
	say.log(answer.commandsLeft ? '\nTo be run by hand afterwards:' : '\nAnd then it runs:');
	for (const argv of answer.commands) say.log(`  ${argv.join(' ')}`);
}
