import type {Context, Result} from './result.js';

/** In upstream's form: whether this client distributes. This version does not. */
export function distStatus({config}: Context): Result {
	const why = config.dist === undefined ? 'disabled' : 'dist-client feature not selected';
	return {stdout: `${JSON.stringify({Disabled: why})}\n`, exitCode: 0};
}
