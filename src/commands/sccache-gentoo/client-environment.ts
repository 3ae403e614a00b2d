import {loadClientConfig} from '../../config/load.js';
import type {Environment} from '../../config/parse-variables.js';
import {environmentOf, serviceEnvironment} from '../../config/service-environment.js';
import {askDaemon} from '../sccache/control-client.js';

const answerMs = 5000;

/** The environment of the client's daemon: its own, if it runs and we may look; else what it would be started with. */
export async function clientEnvironment(env: Environment): Promise<Environment> {
	const asService = serviceEnvironment(env);
	const reply = await askDaemon(loadClientConfig(asService), 'ping', answerMs).catch(() => {});
	return (reply && environmentOf(reply.pid)) ?? asService;
}
