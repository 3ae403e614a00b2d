import {runFlags, schedulerFlags} from './flags.js';
import type {SetupAnswer} from './run-setup.js';
import {SetupCommand} from './setup-command.js';

export class SetupScheduler extends SetupCommand {
	static override description =
		'Have this host be the scheduler of a farm. Its tokens are made; `join-code` prints what other hosts need.';
	static override examples = [
		'<%= config.bin %> setup scheduler',
		'<%= config.bin %> setup scheduler --yes --scheduler-address 192.0.2.1:10600',
	];
	static override flags = {...runFlags, ...schedulerFlags};

	async run(): Promise<SetupAnswer> {
		const {flags} = await this.parse(SetupScheduler);
		return this.setUp(['scheduler'], flags);
	}
}
