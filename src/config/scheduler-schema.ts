import {z} from 'zod';
import {dashboardTable} from './dashboard-table.js';
import {metricsTable} from './metrics-table.js';
import {redisTable} from './redis-table.js';
import {absolutePath, address, exactlyOne, httpUrl, secret} from './values.js';

/** The scheduler's file: upstream's keys, and ours: `bind_address`, `[metrics]`, `[dashboard]`, `[redis]` and the files for secrets. Every table is closed. */

const token = z
	.strictObject({
		type: z.literal('token'),
		token: secret.optional(),
		token_file: absolutePath.optional(),
	})
	.superRefine(exactlyOne('token', 'token_file'));

const insecure = z.strictObject({type: z.literal('DANGEROUSLY_INSECURE')});

const clientAuth = z.discriminatedUnion('type', [
	insecure,
	token,
	z.strictObject({
		type: z.literal('jwt_validate'),
		audience: z.string(),
		issuer: z.string(),
		jwks_url: httpUrl,
	}),
	z.strictObject({
		type: z.literal('proxy_token'),
		url: httpUrl,
		cache_secs: z.int().nonnegative().optional(),
	}),
]);

const serverAuth = z.discriminatedUnion('type', [
	insecure,
	z
		.strictObject({
			type: z.literal('jwt_hs256'),
			secret_key: secret.optional(),
			secret_key_file: absolutePath.optional(),
		})
		.superRefine(exactlyOne('secret_key', 'secret_key_file')),
	token,
]);

export const schedulerSchema = z.strictObject({
	public_addr: address,
	/** Where to listen, if not there. */
	bind_address: address.optional(),
	client_auth: clientAuth,
	server_auth: serverAuth,
	metrics: metricsTable.optional(),
	dashboard: dashboardTable.optional(),
	redis: redisTable.optional(),
});

export type SchedulerFile = z.output<typeof schedulerSchema>;
