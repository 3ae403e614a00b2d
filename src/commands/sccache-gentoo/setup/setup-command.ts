import {Command} from '@oclif/core';
import type {Role} from '../../../setup/plan/answers.js';
import {runSetup, type SetupAnswer, type SetupFlags} from './run-setup.js';

/** What the setup commands have in common. */
export abstract class SetupCommand extends Command {
	static override enableJsonFlag = true;

	protected setUp(roles: readonly Role[] | undefined, flags: SetupFlags): Promise<SetupAnswer> {
		return runSetup(roles, flags, {log: text => this.log(text), warn: text => this.warn(text)});
	}
}
