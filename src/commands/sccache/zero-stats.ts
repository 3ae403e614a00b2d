import {askDaemon} from './control-client.js';
import {type Context, failure, type Result} from './result.js';
import {spawnDaemon} from './start-server.js';

/** Sets the counters to zero; like upstream's, it starts a daemon when none runs. */
export async function zeroStats(context: Context): Promise<Result> {
	const done = {stderr: 'Statistics zeroed.\n', exitCode: 0};
	if (await askDaemon(context.config, 'zero')) return done;
	const problem = await spawnDaemon(context);
	if (problem) return problem;
	return (await askDaemon(context.config, 'zero')) ? done : failure("couldn't connect to server");
}
