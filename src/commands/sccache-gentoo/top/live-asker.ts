import type {ClientConfig} from '../../../config/client-config.js';
import {loadClientConfig} from '../../../config/load.js';
import type {Environment} from '../../../config/parse-variables.js';
import {AppError} from '../../../lib/errors.js';
import type {Told} from '../../../top/watch.js';
import {address} from '../../sccache/address.js';
import {askDaemon} from '../../sccache/control-client.js';
import {clientEnvironment} from '../client-environment.js';

const answerMs = 5000;

/** Asks the client's daemon what goes on; where it listens is looked for anew as long as it does not answer. `start`: what starts it. */
export function liveAsker(env: Environment, start: string): () => Promise<Told> {
	let known: ClientConfig | undefined;
	return async () => {
		try {
			const config = known ?? loadClientConfig(await clientEnvironment(env));
			known = undefined;
			const reply = await askDaemon(config, 'live', answerMs);
			if (reply === undefined) {
				const trouble = [`No daemon answers on ${address(config)}.`, `Start it: ${start}`];
				return {kind: 'trouble', trouble};
			}
			known = config;
			return {kind: 'view', view: reply.live};
		} catch (error) {
			if (!(error instanceof AppError)) throw error;
			return {kind: 'trouble', trouble: troubleOf(error)};
		}
	};
}

function troubleOf({message, hint}: AppError): readonly string[] {
	// What daemons say to a verb that they do not know.
	if (message === 'not a control request') {
		return ['The daemon is of a version that can not tell what goes on.', 'Restart it.'];
	}
	return hint === undefined ? [message] : [message, hint];
}
