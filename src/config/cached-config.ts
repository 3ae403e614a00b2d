import {z} from 'zod';
import {AppError, systemCode} from '../lib/errors.js';
import type {Secret} from '../lib/secret.js';
import {parseFile} from './parse-file.js';
import {exposure, readFile} from './read-file.js';
import {secret} from './values.js';

/** Where upstream's client keeps the tokens that it got by OAuth: by the URL that it got them at. */
const cachedConfig = z.object({
	dist: z
		.object({auth_tokens: z.record(z.string(), secret)})
		.partial()
		.optional(),
});

export interface CachedToken {
	readonly token: Secret | undefined;
	readonly warnings: readonly string[];
}

/** The token for a URL. A file that is not there, or is of no use, draws a warning and is no failure. */
export function cachedToken(path: string, authUrl: string): CachedToken {
	try {
		const file = readFile(path);
		const {dist} = parseFile(file.text, path, cachedConfig);
		const token = dist?.auth_tokens?.[authUrl];
		if (token === undefined) return without(`${path} holds no token for it`);
		return {token, warnings: exposure(file)};
	} catch (error) {
		if (error instanceof AppError) return without(error.message);
		return without(`${path} cannot be read (${systemCode(error)})`);
	}
}

function without(why: string): CachedToken {
	return {token: undefined, warnings: [`dist.auth: ${why}; not distributing without a token`]};
}
