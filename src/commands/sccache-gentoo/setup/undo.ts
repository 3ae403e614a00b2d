import {Command, Flags} from '@oclif/core';
import {processEnvironment} from '../../../config/environment.js';
import {runCommands} from '../../../setup/apply/run-commands.js';
import {readRecord} from '../../../setup/apply/state.js';
import {type Undone, undoSetup} from '../../../setup/apply/undo.js';
import {bypassed, emptyPath, readPackageEnv} from '../../../setup/plan/package-env-plan.js';
import {openTree} from '../../../setup/plan/tree.js';
import {commandTeller} from './command-teller.js';
import {treeFlags} from './flags.js';
import {checkUser, placeOf, runsHere, somethingLeft} from './run-setup.js';

export interface UndoAnswer {
	readonly undone: readonly Undone[];
	readonly commands: readonly (readonly string[])[];
	/** Whether the commands are for the user to run. */
	readonly commandsLeft: boolean;
}

export class SetupUndo extends Command {
	static override description = `Take back all that setup has done on this host.

What you changed since stays: of make.conf, bashrc and conf.d only our lines go, and any other file that was changed is left as it is. An exit status of 3 says that something was left.`;
	static override examples = ['<%= config.bin %> setup undo'];
	static override enableJsonFlag = true;
	static override flags = {
		...treeFlags,
		stop: Flags.boolean({
			description: 'Stop and disable the services first',
			default: true,
			allowNo: true,
		}),
		'dry-run': Flags.boolean({description: 'List what it would take back, and do nothing'}),
	};

	async run(): Promise<UndoAnswer> {
		const {flags} = await this.parse(SetupUndo);
		const place = placeOf(flags);
		const record = readRecord(place.base);
		const before = record?.undoCommands ?? [];
		const after = record?.afterUndo ?? [];
		const commands = [...before, ...after];
		const runs = flags.stop && runsHere(flags, openTree(place));
		if (commands.length > 0) this.log(runs ? 'It runs:' : 'To be run by hand:');
		for (const argv of commands) this.log(`  ${argv.join(' ')}`);
		if (flags['dry-run']) {
			for (const {path} of record?.entries ?? []) this.log(`would be put back: ${path}`);
			return {undone: [], commands, commandsLeft: true};
		}
		checkUser(flags);
		// A service that does not stop is no reason to keep the files.
		const run = (each: typeof before) =>
			runs &&
			runCommands(each, processEnvironment(), {
				onCommand: commandTeller(process.stderr, each.length),
				onFailure: text => this.warn(text),
			});
		run(before);
		const undone = undoSetup(place);
		run(after);
		this.#show(undone, flags.eprefix);
		const atoms = bypassed(readPackageEnv(openTree(place)));
		if (undone.length > 0 && atoms.length > 0) this.warn(emptyPath(atoms));
		const isLeft = undone.some(({kind, result}) => result === 'changed' && kind !== 'folder');
		if (isLeft || (undone.length > 0 && atoms.length > 0)) process.exitCode = somethingLeft;
		return {undone, commands, commandsLeft: commands.length > 0 && !runs};
	}

	#show(undone: readonly Undone[], eprefix: string): void {
		if (undone.length === 0) this.log('Nothing to undo.');
		for (const {path, kind, result, kept} of undone) {
			const words =
				kind === 'folder' && result === 'changed' ? 'kept: there is something in it' : said[result];
			this.log(
				`${eprefix}${path}: ${words}${kept === undefined ? '' : `; as it was: ${eprefix}${kept}`}`,
			);
		}
	}
}

const said: Readonly<Record<Undone['result'], string>> = {
	restored: 'as it was before',
	removed: 'removed',
	nothing: 'nothing to do',
	ours: 'our lines are out, your changes kept',
	changed: 'left as it is, because it was changed since',
};
