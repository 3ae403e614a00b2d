import type {Context, Result} from './result.js';

/** Runs the daemon in this process until it is stopped. */
export async function internalStartServer({config, env, version}: Context): Promise<Result> {
	// Loaded here alone: the other actions are to be quick.
	const [{runDaemon}, {openDaemonLog}] = await Promise.all([
		import('../../client/main.js'),
		import('../daemon-log.js'),
	]);
	const {options} = openDaemonLog({env, target: 'sccache::daemon', usual: 'warn'});
	await runDaemon({config, version, log: options, notifySocket: env.NOTIFY_SOCKET});
	return {exitCode: 0};
}
