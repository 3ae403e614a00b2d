import {z} from 'zod';
import type {Secret} from '../lib/secret.js';
import {findSecret} from './secret-file.js';
import {absolutePath, atMostOne, secret} from './values.js';

/** `[dashboard]` of the scheduler: whether there is one, and who beside clients may look at it. */
export const dashboardTable = z
	.strictObject({
		enabled: z.boolean().optional(),
		view_token: secret.optional(),
		view_token_file: absolutePath.optional(),
	})
	.superRefine(atMostOne('view_token', 'view_token_file'));

export interface DashboardConfig {
	readonly enabled: boolean;
	/** For those who may look and not compile. */
	readonly viewToken: Secret | undefined;
}

/** Throws CONFIG_INVALID, CONFIG_UNREADABLE. */
export function dashboardConfig(table: z.output<typeof dashboardTable> = {}): {
	readonly dashboard: DashboardConfig;
	readonly warnings: readonly string[];
} {
	const {enabled = true, view_token: inline, view_token_file: path} = table;
	if (inline === undefined && path === undefined) {
		return {dashboard: {enabled, viewToken: undefined}, warnings: []};
	}
	const {secret: viewToken, warnings} = findSecret(inline, path);
	return {dashboard: {enabled, viewToken}, warnings};
}
