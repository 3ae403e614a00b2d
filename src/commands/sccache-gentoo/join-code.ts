import {Command, Errors, Flags} from '@oclif/core';
import {parseSecretKey} from '../../auth/secret-key.js';
import {makeServerToken} from '../../auth/server-token.js';
import {canonicalAddress} from '../../config/address.js';
import {loadSchedulerConfig, type SchedulerConfig} from '../../config/scheduler-config.js';
import {AppError} from '../../lib/errors.js';
import {Secret} from '../../lib/secret.js';
import {formatJoinCode} from '../../setup/ask/join-code.js';

export class PrintJoinCode extends Command {
	static override description =
		`Print what a new host of the farm needs, in one line to paste into \`setup\` there.

To be run on the scheduler host. The line is as secret as the tokens in it: paste it, or hand it over as a file that only root can read.`;
	static override examples = [
		'<%= config.bin %> join-code',
		'<%= config.bin %> join-code --server 192.0.2.7:10501',
	];
	static override flags = {
		server: Flags.string({
			description: 'For a build server: its public_addr; its own token is then in the code',
			helpValue: 'HOST:PORT',
			parse: async text => checkedAddress(text),
		}),
		config: Flags.string({
			description: "The scheduler's configuration file",
			helpValue: 'FILE',
			default: '/etc/sccache/scheduler.conf',
		}),
		'scheduler-url': Flags.string({
			description: 'The scheduler as that host reaches it, if not by public_addr',
			helpValue: 'URL',
		}),
	};

	async run(): Promise<void> {
		const {flags} = await this.parse(PrintJoinCode);
		const scheduler = loadSchedulerConfig(flags.config);
		for (const warning of scheduler.warnings) this.warn(warning);
		const code = formatJoinCode({
			schedulerUrl: flags['scheduler-url'] ?? `http://${scheduler.publicAddress}`,
			clientToken: clientTokenOf(scheduler),
			server:
				flags.server === undefined
					? undefined
					: {publicAddress: flags.server, token: await tokenFor(flags.server, scheduler)},
		});
		this.log(code.reveal());
	}
}

function clientTokenOf({clientAuth, file}: SchedulerConfig): Secret {
	if (clientAuth.type === 'token') return clientAuth.token;
	throw new AppError('SETUP_INVALID', `${file}: clients have no shared token to put into a code`, {
		hint: 'a join code needs [client_auth] with type = "token"',
	});
}

async function tokenFor(address: string, {serverAuth, file}: SchedulerConfig): Promise<Secret> {
	if (serverAuth.type === 'jwt_hs256') {
		return new Secret(await makeServerToken(address, parseSecretKey(serverAuth.secretKey)));
	}
	throw new AppError('SETUP_INVALID', `${file}: there is no key to make a server's token with`, {
		hint: 'a join code for a server needs [server_auth] with type = "jwt_hs256"',
	});
}

function checkedAddress(text: string): string {
	const address = canonicalAddress(text);
	if (address !== undefined) return address;
	throw new Errors.CLIError(`--server: expected host:port, found ${text}`, {exit: 2});
}
