import {Command, Flags} from '@oclif/core';
import {processEnvironment} from '../../config/environment.js';
import {loadServerConfig} from '../../config/server-config.js';
import {levelNames} from '../../lib/levels.js';
import {packageVersion} from '../package-info.js';
import {configFailure} from './config-failure.js';

export class Server extends Command {
	static override description =
		'Run a build server: it takes jobs from clients, and compiles in a sandbox. In the foreground.';
	static override examples = [
		'<%= config.bin %> server --config /etc/sccache/server.conf',
		'<%= config.bin %> server --config /etc/sccache/server.conf --syslog info',
	];
	static override flags = {
		config: Flags.string({description: 'Configuration file', helpValue: 'FILE', required: true}),
		syslog: Flags.option({
			description: 'Log to syslog, at this level and graver ones',
			options: levelNames,
		})(),
	};

	async run(): Promise<void> {
		const {flags} = await this.parse(Server);
		const env = processEnvironment();
		try {
			const config = loadServerConfig(flags.config);
			// Loaded here alone: other commands need none of it.
			const {runServer} = await import('../../server/main.js');
			const {openDaemonLog} = await import('../daemon-log.js');
			const {log, close} = openDaemonLog({
				env,
				target: 'sccache_dist::server',
				usual: 'info',
				syslog: flags.syslog && {identity: 'sccache-buildserver', level: flags.syslog},
			});
			await runServer({
				config,
				log,
				version: packageVersion(),
				namespace: env.SCCACHE_DIST_NAMESPACE,
				notifySocket: env.NOTIFY_SOCKET,
			});
			await close();
		} catch (error) {
			const message = configFailure(error);
			if (message === undefined) throw error;
			this.log(message);
			process.exitCode = 1;
		}
	}
}
