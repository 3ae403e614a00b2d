import {Command, Flags} from '@oclif/core';
import {processEnvironment} from '../../../config/environment.js';
import {runCommands} from '../../../setup/apply/run-commands.js';
import {readRecord} from '../../../setup/apply/state.js';
import {type Undone, undoSetup} from '../../../setup/apply/undo.js';
import {initRuns} from '../../../setup/ask/detect.js';
import {openTree} from '../../../setup/plan/tree.js';
import {treeFlags} from './flags.js';
import {groundOf, somethingLeft} from './run-setup.js';

export interface UndoAnswer {
	readonly undone: readonly Undone[];
	readonly commands: readonly (readonly string[])[];
	readonly commandsLeft: boolean;
}

export class SetupUndo extends Command {
	static override description = `Take back what setup has done, all of it.

A file that was changed since keeps the changes: of make.conf, bashrc and conf.d our lines alone go, and another is left as it is.`;
	static override examples = ['<%= config.bin %> setup undo'];
	static override enableJsonFlag = true;
	static override flags = {
		...treeFlags,
		stop: Flags.boolean({
			description: 'Stop and disable the services first',
			default: true,
			allowNo: true,
		}),
	};

	async run(): Promise<UndoAnswer> {
		const {flags} = await this.parse(SetupUndo);
		const ground = groundOf(flags);
		const commands = readRecord(ground.base)?.undoCommands ?? [];
		const inPlace = flags.root === '/' && flags.eprefix === '';
		const runs = flags.stop && inPlace && initRuns(openTree(ground.base, flags.eprefix));
		for (const argv of commands) this.log(`${runs ? '' : 'left to run: '}${argv.join(' ')}`);
		// A service that does not stop is no reason to keep the files.
		if (runs) runCommands(commands, processEnvironment(), text => this.warn(text));
		const undone = undoSetup(ground);
		for (const {path, result} of undone) this.log(`${path}: ${words[result]}`);
		if (undone.length === 0) this.log('nothing to undo');
		if (undone.some(({path, result}) => result === 'changed' && !path.endsWith('/'))) {
			process.exitCode = somethingLeft;
		}
		return {undone, commands, commandsLeft: !runs};
	}
}

const words: Readonly<Record<Undone['result'], string>> = {
	restored: 'as it was before',
	nothing: 'nothing to do',
	ours: 'our lines taken out, your changes kept',
	changed: 'left as it is: it was changed since, or holds something',
};
