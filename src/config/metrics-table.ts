import {z} from 'zod';
import {type FoundSecret, findSecret} from './secret-file.js';
import {absolutePath, exactlyOne, secret} from './values.js';

/** `[metrics]` of scheduler and servers: who else than programs of the host itself may read /metrics. */
export const metricsTable = z
	.strictObject({token: secret.optional(), token_file: absolutePath.optional()})
	.superRefine(exactlyOne('token', 'token_file'));

/** Throws CONFIG_INVALID, CONFIG_UNREADABLE. */
export function metricsToken(table: z.output<typeof metricsTable> | undefined): {
	readonly secret: FoundSecret['secret'] | undefined;
	readonly warnings: FoundSecret['warnings'];
} {
	if (table === undefined) return {secret: undefined, warnings: []};
	return findSecret(table.token, table.token_file);
}
