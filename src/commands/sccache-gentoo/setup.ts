import {Errors, Flags} from '@oclif/core';
import {type Role, roles} from '../../setup/plan/answers.js';
import {clientFlags, joinFlags, runFlags, schedulerFlags, serverFlags} from './setup/flags.js';
import type {SetupAnswer} from './setup/run-setup.js';
import {SetupCommand} from './setup/setup-command.js';

export class Setup extends SetupCommand {
	static override description =
		`Set this host up: ask what it is in the farm, show what is to be done, and do it.

A second run changes nothing; \`setup undo\` puts everything back. An exit status of 3 says that something is left to be done by hand.`;
	static override examples = [
		'<%= config.bin %> setup',
		'<%= config.bin %> setup --dry-run',
		'<%= config.bin %> setup --yes --roles scheduler,server,client --scheduler-address 192.0.2.1:10600 --server-address 192.0.2.1:10501',
	];
	static override flags = {
		...runFlags,
		roles: Flags.string({
			description: `What this host is: of ${roles.join(', ')}`,
			helpValue: 'ROLE,...',
		}),
		...joinFlags,
		...schedulerFlags,
		...serverFlags,
		...clientFlags,
	};

	async run(): Promise<SetupAnswer> {
		const {flags} = await this.parse(Setup);
		const chosen = flags.roles === undefined ? undefined : parseRoles(flags.roles);
		return this.setUp(chosen, flags);
	}
}

function parseRoles(text: string): readonly Role[] {
	return text.split(',').map(word => {
		const role = roles.find(each => each === word.trim());
		if (role !== undefined) return role;
		throw new Errors.CLIError(`--roles: ${word} is none of ${roles.join(', ')}`, {exit: 2});
	});
}
