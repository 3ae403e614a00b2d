import {Command, Flags} from '@oclif/core';
import {parseSecretKey} from '../../../auth/secret-key.js';
import type {ClientConfig} from '../../../config/client-config.js';
import {processEnvironment} from '../../../config/environment.js';
import {loadClientConfig} from '../../../config/load.js';
import type {Environment} from '../../../config/parse-variables.js';
import {loadSchedulerConfig, type SchedulerConfig} from '../../../config/scheduler-config.js';
import {loadServerConfig, type ServerConfig} from '../../../config/server-config.js';
import {clientEnvironment} from '../client-environment.js';

export class ConfigCheck extends Command {
	static override description =
		'Check a configuration and print what it comes to, less its secrets: of the client, file and variables, unless told otherwise.';
	static override examples = [
		'<%= config.bin %> config check --json',
		'<%= config.bin %> config check --scheduler /etc/sccache/scheduler.conf',
		'<%= config.bin %> config check --server /etc/sccache/server.conf',
	];
	static override enableJsonFlag = true;
	static override flags = {
		scheduler: Flags.string({
			description: "Check a scheduler's file instead",
			helpValue: 'FILE',
			exclusive: ['server'],
		}),
		server: Flags.string({description: "Check a build server's file instead", helpValue: 'FILE'}),
	};

	async run(): Promise<ClientConfig | SchedulerConfig | ServerConfig> {
		const {flags} = await this.parse(ConfigCheck);
		const config = await load(flags);
		for (const [name, value] of Object.entries(config)) {
			this.log(`${name.padEnd(24)} ${value === undefined ? '-' : JSON.stringify(value)}`);
		}
		for (const warning of config.warnings) this.warn(warning);
		if (config.warnings.length > 0) process.exitCode = 1;
		return config;
	}
}

interface Which {
	readonly scheduler?: string | undefined;
	readonly server?: string | undefined;
}

async function load({
	scheduler,
	server,
}: Which): Promise<ClientConfig | SchedulerConfig | ServerConfig> {
	if (scheduler !== undefined) return checkedScheduler(scheduler);
	if (server !== undefined) return loadServerConfig(server);
	return loadClientConfig(await meantEnvironment());
}

/** That of the client's daemon, with the variables that the caller would have it given. */
async function meantEnvironment(): Promise<Environment> {
	const env = processEnvironment();
	const given = Object.entries(env).filter(([name]) => name.startsWith('SCCACHE_'));
	return {...(await clientEnvironment(env)), ...Object.fromEntries(given)};
}

/** With the key, which is looked at when the scheduler starts. */
function checkedScheduler(path: string): SchedulerConfig {
	const config = loadSchedulerConfig(path);
	if (config.serverAuth.type === 'jwt_hs256') parseSecretKey(config.serverAuth.secretKey);
	return config;
}
