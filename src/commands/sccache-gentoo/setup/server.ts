import {joinFlags, runFlags, serverFlags} from './flags.js';
import type {SetupAnswer} from './run-setup.js';
import {SetupCommand} from './setup-command.js';

export class SetupServer extends SetupCommand {
	static override description = 'Have this host compile for others.';
	static override examples = [
		'<%= config.bin %> setup server',
		'<%= config.bin %> setup server --yes --join-code-file - <code.txt',
	];
	static override flags = {...runFlags, ...joinFlags, ...serverFlags};

	async run(): Promise<SetupAnswer> {
		const {flags} = await this.parse(SetupServer);
		return this.setUp(['server'], flags);
	}
}
