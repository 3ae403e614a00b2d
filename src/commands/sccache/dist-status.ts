import type {DistConfig} from '../../config/dist-config.js';
import type {Context, Result} from './result.js';

/** In upstream's form: whether this client distributes, and how its farm is. No daemon is asked or started. */
export async function distStatus({config}: Context): Promise<Result> {
	const status = config.dist === undefined ? {Disabled: 'disabled'} : await ask(config.dist);
	return {stdout: `${JSON.stringify(status)}\n`, exitCode: 0};
}

async function ask(dist: DistConfig) {
	// Loaded here alone: the other actions are to be quick.
	const {askDistStatus} = await import('../../client/main.js');
	return askDistStatus(dist);
}
