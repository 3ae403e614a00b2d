import type {Context, Result} from './result.js';

/** Runs the daemon in this process until it is stopped. */
export async function internalStartServer({config, env, version}: Context): Promise<Result> {
	// Loaded here alone: the other actions are to be quick.
	const {runDaemon} = await import('../../client/main.js');
	await runDaemon({config, version, notifySocket: env.NOTIFY_SOCKET});
	return {exitCode: 0};
}
