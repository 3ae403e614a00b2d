import {randomBytes} from 'node:crypto';
import {readFileSync, statfsSync} from 'node:fs';
import {availableParallelism, networkInterfaces} from 'node:os';
import {join} from 'node:path';
import {processEnvironment} from '../../../config/environment.js';
import {readSecretFile} from '../../../config/secret-file.js';
import {AppError, systemCode} from '../../../lib/errors.js';
import type {Secret} from '../../../lib/secret.js';
import {applyPlan} from '../../../setup/apply/apply.js';
import {recover} from '../../../setup/apply/recover.js';
import {runCommands} from '../../../setup/apply/run-commands.js';
import {forgetPending, readRecord} from '../../../setup/apply/state.js';
import type {Ground} from '../../../setup/apply/take-step.js';
import {type Ask, askNobody, askOnTerminal} from '../../../setup/ask/ask.js';
import {compilersIn} from '../../../setup/ask/compilers-in.js';
import {initRuns, outsideAddresses} from '../../../setup/ask/detect.js';
import {type Given, gatherAnswers} from '../../../setup/ask/gather.js';
import type {InitSystem, Role} from '../../../setup/plan/answers.js';
import type {Plan} from '../../../setup/plan/change.js';
import {plan} from '../../../setup/plan/plan.js';
import {openTree} from '../../../setup/plan/tree.js';
import {type ShownChange, showChange, shownChanges} from '../../../setup/show/show-change.js';
import {packageFolder} from '../../package-info.js';
import {pathChoice} from './flags.js';

export interface SetupFlags {
	readonly root: string;
	readonly eprefix: string;
	readonly yes: boolean;
	readonly 'dry-run': boolean;
	readonly start: boolean;
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
	readonly 'links-folder'?: string | undefined;
	readonly program?: string | undefined;
}

export interface SetupAnswer {
	readonly changes: readonly ShownChange[];
	/** Run, or with `left` to be run by hand. */
	readonly commands: readonly (readonly string[])[];
	readonly commandsLeft: boolean;
	readonly leftAlone: Plan['leftAlone'];
	readonly notes: readonly string[];
	readonly applied: boolean;
	/** The command to go on with. */
	readonly next: string;
}

/** Where it is said what happens. */
export interface Say {
	readonly log: (text: string) => void;
	readonly warn: (text: string) => void;
}

/** Exit status of a setup that has left something for the user to do by hand. */
export const somethingLeft = 3;

const next = 'sccache-gentoo doctor';

export const groundOf = ({
	root,
	eprefix,
}: {
	readonly root: string;
	readonly eprefix: string;
}): Ground => ({
	base: join(root, eprefix),
	canChown: process.geteuid?.() === 0,
});

/** Gathers answers, plans, shows, and does it. */
export async function runSetup(
	roles: readonly Role[] | undefined,
	flags: SetupFlags,
	{log, warn}: Say,
): Promise<SetupAnswer> {
	const ground = groundOf(flags);
	const dryRun = flags['dry-run'];
	if (!dryRun) {
		checkUser(flags);
		if (recover(ground)) warn('an interrupted setup was taken back');
	}
	const tree = openTree(ground.base, flags.eprefix);
	const ask = asker(flags);
	const answers = await gatherAnswers(givenBy(roles, flags), tree, hostOf(flags, ground), ask);
	const made = plan(answers, tree, shipped);
	const changes = shownChanges(made.changes);
	const pending = readRecord(ground.base)?.pending ?? [];
	const commands = made.commands.length > 0 ? made.commands : pending;
	const runs =
		flags.start &&
		flags.root === '/' &&
		flags.eprefix === '' &&
		initRuns(tree) &&
		commands.length > 0;
	for (const note of made.notes) warn(note);
	for (const {path, why, text} of made.leftAlone) {
		warn(`${path} is left alone: ${why}`);
		if (text !== '') log(`to be added to ${path} by hand:\n${text}\n`);
	}
	for (const change of made.changes) log(showChange(change));
	for (const argv of commands) log(`${runs ? '' : 'left to run: '}${argv.join(' ')}`);
	if (made.leftAlone.length > 0) process.exitCode = somethingLeft;
	const answer = {
		changes,
		commands,
		commandsLeft: !runs,
		leftAlone: made.leftAlone,
		notes: made.notes,
		next,
	};
	if (dryRun) return {...answer, applied: false};
	if (changes.length === 0 && commands.length === 0) {
		log('nothing to do: all is as it should be');
		return {...answer, applied: true};
	}
	if (changes.length > 0 && !(await ask.confirm('Do this?', true))) {
		return {...answer, applied: false};
	}
	applyPlan(ground, {...made, commands: runs ? commands : []});
	if (runs) {
		runCommands(commands, processEnvironment());
		forgetPending(ground.base);
	}
	log(`done; see whether all is well with: ${next}`);
	return {...answer, applied: true};
}

function checkUser({root, eprefix}: SetupFlags): void {
	if (root !== '/' || eprefix !== '' || process.geteuid?.() === 0) return;
	throw new AppError('SETUP_INVALID', 'setup changes files that are root’s', {
		hint: 'run it as root; with --dry-run it shows what it would do',
	});
}

function asker({yes, 'dry-run': dryRun}: SetupFlags): Ask {
	if (yes) return askNobody;
	if (process.stdin.isTTY && process.stdout.isTTY) return askOnTerminal;
	if (dryRun) return askNobody;
	throw new AppError('SETUP_INVALID', 'there is no terminal to ask on', {
		hint: 'answer with flags and --yes',
	});
}

function givenBy(roles: readonly Role[] | undefined, flags: SetupFlags): Given {
	return {
		roles,
		eprefix: flags.eprefix,
		init: flags.init,
		joinCode: joinCodeFrom(flags['join-code-file']),
		schedulerAddress: flags['scheduler-address'],
		serverAddress: flags['server-address'],
		schedulerUrl: flags['scheduler-url'],
		clientToken: secretFrom(flags['client-token-file']),
		serverToken: secretFrom(flags['server-token-file']),
		cacheSize: flags['cache-size'],
		toolchainCacheSize: flags['toolchain-cache-size'],
		maxJobs: flags['max-jobs'],
		memoryPerJob: flags['memory-per-job'],
		path: pathChoice(flags),
		switchWrappers: flags.switch,
		shimFolder: flags['links-folder'] ?? '',
		program: flags.program ?? '',
	};
}

function joinCodeFrom(file: string | undefined): string | undefined {
	if (file === undefined) return undefined;
	try {
		return readFileSync(file === '-' ? 0 : file, 'utf8');
	} catch (error) {
		const message = `the join code cannot be read from ${file} (${systemCode(error)})`;
		throw new AppError('SETUP_INVALID', message);
	}
}

const secretFrom = (file: string | undefined): Secret | undefined =>
	file === undefined ? undefined : readSecretFile(file).secret;

function hostOf(flags: SetupFlags, {base}: Ground) {
	const {bavail, bsize} = statfsSync(base);
	return {
		addresses: outsideAddresses(networkInterfaces()),
		freeBytes: bavail * bsize,
		cores: availableParallelism(),
		randomBytes,
		compilers: () => compilersIn(base, flags.program ?? ''),
	};
}

/** A file of this package. */
function shipped(name: string): Buffer | undefined {
	try {
		return readFileSync(join(packageFolder, name));
	} catch (error) {
		if (systemCode(error) !== 'ENOENT') throw error;
		return undefined;
	}
}
