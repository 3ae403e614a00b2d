import {Command, Flags} from '@oclif/core';
import {parseSecretKey} from '../../../auth/secret-key.js';
import type {ClientConfig} from '../../../config/client-config.js';
import {processEnvironment} from '../../../config/environment.js';
import {loadClientConfig} from '../../../config/load.js';
import {loadSchedulerConfig, type SchedulerConfig} from '../../../config/scheduler-config.js';
import {loadServerConfig, type ServerConfig} from '../../../config/server-config.js';

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
		const config = load(flags);
		for (const [name, value] of Object.entries(config)) {
			this.log(`${name.padEnd(24)} ${value === undefined ? '-' : JSON.stringify(value)}`);
		}
		return config;
	}
}

interface Which {
	readonly scheduler?: string | undefined;
	readonly server?: string | undefined;
}

function load({scheduler, server}: Which): ClientConfig | SchedulerConfig | ServerConfig {
	if (scheduler !== undefined) return checkedScheduler(scheduler);
	if (server !== undefined) return loadServerConfig(server);
	return loadClientConfig(processEnvironment());
}

/** With the key, which is looked at when the scheduler starts. */
function checkedScheduler(path: string): SchedulerConfig {
	const config = loadSchedulerConfig(path);
	if (config.serverAuth.type === 'jwt_hs256') parseSecretKey(config.serverAuth.secretKey);
	return config;
}
