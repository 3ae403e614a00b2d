import {Command, Errors} from '@oclif/core';
import type {Role} from '../../../setup/plan/answers.js';
import {runSetup, type SetupAnswer, type SetupFlags} from './run-setup.js';

/** What the setup commands have in common. */
export abstract class SetupCommand extends Command {
	static override enableJsonFlag = true;

	protected async setUp(
		roles: readonly Role[] | undefined,
		flags: SetupFlags,
	): Promise<SetupAnswer> {
		const answer = await runSetup(roles, flags, {
			log: text => this.log(text),
			warn: text => this.warn(text),
			isForPrograms: this.jsonEnabled(),
		}).catch(stopped);
		const isHere = flags.root === '/' && flags.eprefix === '';
		if (answer.applied && !answer.commandsLeft && isHere) await this.#examine();
		return answer;
	}

	/** The whole chain, by the command that looks at it. */
	async #examine(): Promise<void> {
		if (this.jsonEnabled() || this.config.findCommand('doctor') === undefined) return;
		this.log('');
		await this.config.runCommand('doctor', []);
	}
}

/** Ctrl-C at a question. */
function stopped(error: unknown): never {
	if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error;
	throw new Errors.CLIError('stopped: nothing was changed', {exit: 130});
}
