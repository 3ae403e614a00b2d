import {askDaemon} from './control-client.js';
import {type Context, failure, type Result} from './result.js';
import {statsText} from './stats-text.js';

/** Compiles that are under way may take their time; so does the stop. */
const drainMs = 600_000;

/** Lets the daemon finish what it has begun, ends it, and tells its last statistics. */
export async function stopServer({config, say, version}: Context): Promise<Result> {
	say('Stopping sccache server...\n');
	const reply = await askDaemon(config, 'stop', drainMs);
	if (!reply) return failure("couldn't connect to server");
	return {stdout: statsText({...reply.stats, clientVersion: version}, false), exitCode: 0};
}
