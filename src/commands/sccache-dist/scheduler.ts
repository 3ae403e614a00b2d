import {Command, Flags} from '@oclif/core';
import {processEnvironment} from '../../config/environment.js';
import {loadSchedulerConfig} from '../../config/scheduler-config.js';
import {levelNames} from '../../lib/levels.js';
import {packageVersion} from '../package-info.js';
import {configFailure} from './config-failure.js';
import {inBackground, sayListening} from './in-background.js';

export class Scheduler extends Command {
	static override description =
		'Run the scheduler: it knows the build servers, and sends each job to one of them. In the background, unless SCCACHE_NO_DAEMON=1.';
	static override examples = [
		'<%= config.bin %> scheduler --config /etc/sccache/scheduler.conf',
		'SCCACHE_NO_DAEMON=1 <%= config.bin %> scheduler --config /etc/sccache/scheduler.conf --syslog info',
	];
	static override flags = {
		config: Flags.string({description: 'Configuration file', helpValue: 'FILE', required: true}),
		syslog: Flags.option({
			description: 'Log to syslog, at this level and graver ones',
			options: levelNames,
		})(),
	};

	async run(): Promise<void> {
		const {flags} = await this.parse(Scheduler);
		const env = processEnvironment();
		try {
			const config = loadSchedulerConfig(flags.config);
			if (env.SCCACHE_NO_DAEMON !== '1') {
				process.exitCode = await inBackground(env);
				return;
			}
			// Loaded here alone: other commands need none of it.
			const {runScheduler} = await import('../../scheduler/main.js');
			const {openDaemonLog} = await import('../daemon-log.js');
			const {log, close} = openDaemonLog({
				env,
				target: 'sccache_dist::scheduler',
				usual: 'info',
				syslog: flags.syslog && {identity: 'sccache-scheduler', level: flags.syslog},
			});
			const notifySocket = env.NOTIFY_SOCKET;
			await runScheduler({
				...{config, log, notifySocket, version: packageVersion()},
				onListening: sayListening,
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
