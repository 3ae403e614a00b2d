import {z} from 'zod';
import {AppError} from '../lib/errors.js';
import type {Secret} from '../lib/secret.js';
import {findSecret} from './secret-file.js';
import {absolutePath, exactlyOne, secret} from './values.js';

/** `[redis]` of the scheduler: where schedulers of one farm tell each other what they have given away. */
export const redisTable = z
	.strictObject({
		url: secret.optional(),
		url_file: absolutePath.optional(),
		key_prefix: z.string().min(1).max(100).optional(),
	})
	.superRefine(exactlyOne('url', 'url_file'));

export interface RedisConfig {
	/** `redis:` or `rediss:`; it may have a password in it. */
	readonly url: Secret;
	/** Before each key's name. */
	readonly keyPrefix: string;
}

/** Undefined: a scheduler that shares nothing. Throws CONFIG_INVALID, CONFIG_UNREADABLE. */
export function redisConfig(table: z.output<typeof redisTable> | undefined): {
	readonly redis: RedisConfig | undefined;
	readonly warnings: readonly string[];
} {
	if (table === undefined) return {redis: undefined, warnings: []};
	const {url: inline, url_file: path, key_prefix: keyPrefix = 'sccache-scheduler'} = table;
	const {secret: url, warnings} = findSecret(inline, path);
	if (!isRedisUrl(url.reveal())) {
		throw new AppError(
			'CONFIG_INVALID',
			`${path ?? 'redis.url'}: expected a URL, like "redis://192.0.2.1:6379/0"`,
		);
	}
	return {redis: {url, keyPrefix}, warnings};
}

function isRedisUrl(text: string): boolean {
	return URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol);
}
