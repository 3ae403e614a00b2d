import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {flush, handle, type Interfaces, run, settings} from '@oclif/core';
import {AppError, type ErrorCode} from '../lib/errors.js';
import type {Loaders} from './load-all.js';
import {meantCommand} from './meant-command.js';
import {packageFolder} from './package-info.js';

const programs = {
	'sccache-dist': () => import('./sccache-dist/loaders.js'),
	'sccache-gentoo': () => import('./sccache-gentoo/loaders.js'),
} satisfies Record<string, () => Promise<{readonly loaders: Loaders}>>;

type Program = keyof typeof programs;

/** Runs one of the two oclif programs. */
export async function runCli(bin: Program, args: string[]): Promise<void> {
	settings.enableAutoTranspile = false;
	try {
		await runMeant(bin, args);
		await flush();
	} catch (error) {
		if (!(error instanceof AppError)) return handle(error as Error);
		process.stderr.write(`${bin}: error: ${error.message}\n`);
		if (error.hint) process.stderr.write(`${bin}: hint: ${error.hint}\n`);
		process.exitCode = exitCode(bin, error.code);
	}
}

/** A command that is named is run without the others; oclif has them all for its help, and for names that there are not. */
async function runMeant(bin: Program, args: string[]): Promise<void> {
	const {loaders}: {readonly loaders: Loaders} = await programs[bin]();
	const meant = meantCommand(loaders, args);
	const amongAll = () => run(args, {root: packageFolder, pjson: manifest(bin, allCommands(bin))});
	if (meant === undefined) {
		await amongAll();
		return;
	}
	const {id, load} = meant;
	const command = await load();
	command.id = id;
	try {
		await command.run([...meant.args], {root: packageFolder, pjson: manifest(bin, {})});
	} catch (error) {
		// Arguments that it does not take, which it says before it does anything: its usage is shown with them.
		if (!(error as {showHelp?: boolean}).showHelp) throw error;
		await amongAll();
	}
}

/** As upstream's sccache-dist: 1 before it has a configuration to work with, 2 afterwards. No daemon is an answer, as for `doctor`. */
function exitCode(bin: string, code: ErrorCode): number {
	if (code === 'DAEMON_UNREACHABLE') return 1;
	return bin === 'sccache-dist' && code.startsWith('CONFIG_') ? 1 : 2;
}

/** Otherwise a topic would have the description of its first command. */
const topics = {
	auth: {description: 'Make tokens and keys'},
	cache: {description: 'Look after the cache: its size, its soundness, and copies of its entries'},
	config: {description: 'Look at configuration files'},
	links: {description: 'Folders of compiler names that lead to sccache, for the front of PATH'},
};

/** Two programs of one package: each has oclif's part of package.json made here. */
function manifest(
	bin: Program,
	commands: Pick<Interfaces.OclifConfiguration, 'commands'>,
): Interfaces.PJSON {
	const text = readFileSync(resolve(packageFolder, 'package.json'), 'utf8');
	return {
		...(JSON.parse(text) as Interfaces.PJSON),
		name: bin,
		oclif: {
			bin,
			topicSeparator: ' ',
			topics,
			...commands,
		},
	};
}

const allCommands = (bin: Program) =>
	({
		commands: {
			strategy: 'explicit',
			target: `./dist/src/commands/${bin}/commands.js`,
			identifier: 'commands',
		},
	}) as const;
