import {type Context, failure, type Result} from './result.js';

/** With a token, as in the configuration, there is nothing to do; upstream's client says nothing either. */
export function distAuth({config}: Context): Result {
	if (config.dist === undefined || config.dist.token !== undefined) return {exitCode: 0};
	return failure(
		'there is no token, and this program gets none by OAuth',
		'set `[dist.auth]` to type = "token", or let the cached configuration hold a token',
	);
}
