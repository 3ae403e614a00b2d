import {Command} from '@oclif/core';
import type {ClientConfig} from '../../../config/client-config.js';
import {processEnvironment} from '../../../config/environment.js';
import {loadClientConfig} from '../../../config/load.js';

export class ConfigCheck extends Command {
	static override description =
		'Check the client configuration, file and variables, and print what it comes to.';
	static override examples = ['<%= config.bin %> config check --json'];
	static override enableJsonFlag = true;

	async run(): Promise<ClientConfig> {
		await this.parse(ConfigCheck);
		const config = loadClientConfig(processEnvironment());
		for (const [name, value] of Object.entries(config)) {
			this.log(`${name.padEnd(20)} ${value === undefined ? '-' : JSON.stringify(value)}`);
		}
		return config;
	}
}
