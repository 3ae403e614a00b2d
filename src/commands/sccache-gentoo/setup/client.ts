import {clientFlags, joinFlags, runFlags} from './flags.js';
import type {SetupAnswer} from './run-setup.js';
import {SetupCommand} from './setup-command.js';

export class SetupClient extends SetupCommand {
	static override description =
		'Have builds on this host use the cache, and the farm if there is one.';
	static override examples = [
		'<%= config.bin %> setup client',
		'<%= config.bin %> setup client --yes --join-code-file code.txt',
		'<%= config.bin %> setup client --yes --via bashrc --dry-run',
	];
	static override flags = {...runFlags, ...joinFlags, ...clientFlags};

	async run(): Promise<SetupAnswer> {
		const {flags} = await this.parse(SetupClient);
		return this.setUp(['client'], flags);
	}
}
