import {Command, Errors} from '@oclif/core';
import {processEnvironment} from '../../../config/environment.js';
import {progressOn} from '../../../lib/progress.js';
import {untilServing} from '../../../setup/apply/until-serving.js';
import type {Role} from '../../../setup/plan/answers.js';
import {runSetup, type SetupAnswer, type SetupFlags} from './run-setup.js';

const startLimitMs = 10_000;

/** What the setup commands have in common. */
export abstract class SetupCommand extends Command {
	static override enableJsonFlag = true;

	protected async setUp(
		roles: readonly Role[] | undefined,
		flags: SetupFlags,
	): Promise<SetupAnswer> {
		const {answer, started} = await runSetup(roles, flags, {
			log: text => this.log(text),
			warn: text => this.warn(text),
			isForPrograms: this.jsonEnabled(),
		}).catch(stopped);
		if (started.length > 0 && flags.doctor && !this.jsonEnabled()) {
			const progress = progressOn(process.stdout, processEnvironment().TERM, Date.now);
			progress.show('waiting for the services to answer');
			await untilServing(started, startLimitMs);
			progress.clear();
			await this.#examine(flags);
		}
		return answer;
	}

	/** The whole chain, by the command that looks at it. Its exit status is ours. */
	async #examine({'links-folder': links, program}: SetupFlags): Promise<void> {
		this.log('');
		const {Doctor} = await import('../doctor.js');
		const args = [
			...(links === undefined ? [] : ['--links', links]),
			...(program === undefined ? [] : ['--program', program]),
		];
		await Doctor.run(args, this.config);
	}
}

/** Ctrl-C at a question. */
function stopped(error: unknown): never {
	if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error;
	throw new Errors.CLIError('stopped: nothing was changed', {exit: 130});
}
