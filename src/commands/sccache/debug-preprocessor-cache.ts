import {askDaemon} from './control-client.js';
import {type Context, failure, type Result} from './result.js';

/** The manifests of direct mode, as the daemon tells them. */
export async function debugPreprocessorCache({config}: Context): Promise<Result> {
	const reply = await askDaemon(config, 'debug');
	if (!reply) return failure("couldn't connect to server", 'start it with sccache --start-server');
	return {stdout: reply.lines.map(line => `${line}\n`).join(''), exitCode: 0};
}
