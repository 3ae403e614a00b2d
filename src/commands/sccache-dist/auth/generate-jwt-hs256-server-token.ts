import {Command, Errors, Flags} from '@oclif/core';
import {parseSecretKey} from '../../../auth/secret-key.js';
import {makeServerToken} from '../../../auth/server-token.js';
import {canonicalAddress} from '../../../config/address.js';
import {loadSchedulerConfig} from '../../../config/scheduler-config.js';
import {readSecretFile} from '../../../config/secret-file.js';
import {AppError} from '../../../lib/errors.js';
import {Secret} from '../../../lib/secret.js';

const sources = ['secret-key', 'secret-key-file', 'config'];

export class GenerateJwtHs256ServerToken extends Command {
	static override description =
		"Print a token for a build server's `[scheduler_auth]`, signed with the scheduler's secret key. The key is best given by --config or --secret-key-file: everyone on this machine can see the command line.";
	static override examples = [
		'<%= config.bin %> auth generate-jwt-hs256-server-token --server 192.0.2.7:10501 --config /etc/sccache/scheduler.conf',
		'<%= config.bin %> auth generate-jwt-hs256-server-token --server build.example:10501 --secret-key-file /etc/sccache/scheduler.key',
	];
	static override flags = {
		server: Flags.string({
			description: "The server's public_addr, host:port",
			helpValue: 'ADDRESS',
			required: true,
			parse: async text => checkedAddress(text),
		}),
		'secret-key': Flags.string({
			description: "The scheduler's key, in sight of everyone; better --secret-key-file",
			helpValue: 'KEY',
			exactlyOne: sources,
		}),
		'secret-key-file': Flags.string({
			description: "A file that holds the scheduler's key",
			helpValue: 'FILE',
			exactlyOne: sources,
		}),
		config: Flags.string({
			description: "The scheduler's configuration file",
			helpValue: 'FILE',
			exactlyOne: sources,
		}),
	};

	async run(): Promise<void> {
		const {flags} = await this.parse(GenerateJwtHs256ServerToken);
		const {secretKey, warnings} = findKey(flags);
		for (const warning of warnings) this.logToStderr(`${this.config.bin}: warning: ${warning}`);
		this.log(await makeServerToken(flags.server, parseSecretKey(secretKey)));
	}
}

interface KeyFlags {
	readonly 'secret-key'?: string | undefined;
	readonly 'secret-key-file'?: string | undefined;
	readonly config?: string | undefined;
}

function findKey(flags: KeyFlags): {
	readonly secretKey: Secret;
	readonly warnings: readonly string[];
} {
	if (flags['secret-key'] !== undefined) {
		return {secretKey: new Secret(flags['secret-key']), warnings: []};
	}
	if (flags['secret-key-file'] !== undefined) {
		const {secret: secretKey, warnings} = readSecretFile(flags['secret-key-file']);
		return {secretKey, warnings};
	}
	const {serverAuth, warnings} = loadSchedulerConfig(flags.config ?? '');
	if (serverAuth.type !== 'jwt_hs256') {
		throw new AppError('CONFIG_INVALID', 'Scheduler not configured with JWT HS256', {
			hint: 'its [server_auth] needs type = "jwt_hs256", with secret_key or secret_key_file',
		});
	}
	return {secretKey: serverAuth.secretKey, warnings};
}

function checkedAddress(text: string): string {
	const address = canonicalAddress(text);
	if (address !== undefined) return address;
	const message = `--server: expected host:port or [ipv6]:port, found ${text}`;
	throw new Errors.CLIError(message, {exit: 2});
}
