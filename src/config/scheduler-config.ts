import {deepFreeze} from '../lib/deep-freeze.js';
import type {Secret} from '../lib/secret.js';
import {readDaemonFile} from './daemon-file.js';
import {type DashboardConfig, dashboardConfig} from './dashboard-table.js';
import {metricsToken} from './metrics-table.js';
import {type RedisConfig, redisConfig} from './redis-table.js';
import {type SchedulerFile, schedulerSchema} from './scheduler-schema.js';
import {findSecret} from './secret-file.js';

/** What the scheduler is told by its file. */
export interface SchedulerConfig {
	readonly file: string;
	/** `host:port`, as its clients and servers know it. The host may be a name. */
	readonly publicAddress: string;
	/** `host:port` to listen on. */
	readonly bindAddress: string;
	/** How clients show that they may have jobs done. */
	readonly clientAuth:
		| {readonly type: 'DANGEROUSLY_INSECURE'}
		| {readonly type: 'token'; readonly token: Secret}
		| {
				readonly type: 'jwt_validate';
				readonly audience: string;
				readonly issuer: string;
				readonly jwksUrl: string;
		  }
		| {readonly type: 'proxy_token'; readonly url: string; readonly cacheS: number | undefined};
	/** How build servers show that they are ours. */
	readonly serverAuth:
		| {readonly type: 'DANGEROUSLY_INSECURE'}
		/** Base64url, not looked at yet. */
		| {readonly type: 'jwt_hs256'; readonly secretKey: Secret}
		| {readonly type: 'token'; readonly token: Secret};
	/** For /metrics; undefined: programs of this host alone may read it. */
	readonly metricsToken: Secret | undefined;
	readonly dashboard: DashboardConfig;
	/** Shared with the farm's other schedulers; undefined: there are none, or they share nothing. */
	readonly redis: RedisConfig | undefined;
	/** What the user should hear of. */
	readonly warnings: readonly string[];
}

/** Throws CONFIG_UNREADABLE, CONFIG_INVALID. */
export function loadSchedulerConfig(path: string): SchedulerConfig {
	const {values, warnings} = readDaemonFile(path, schedulerSchema);
	const client = clientAuth(values.client_auth);
	const server = serverAuth(values.server_auth);
	const metrics = metricsToken(values.metrics);
	const {dashboard, warnings: ofDashboard} = dashboardConfig(values.dashboard);
	const {redis, warnings: ofRedis} = redisConfig(values.redis);
	return deepFreeze({
		file: path,
		publicAddress: values.public_addr,
		bindAddress: values.bind_address ?? values.public_addr,
		clientAuth: client.auth,
		serverAuth: server.auth,
		metricsToken: metrics.secret,
		dashboard,
		redis,
		warnings: [
			...[...warnings, ...client.warnings, ...server.warnings],
			...[...metrics.warnings, ...ofDashboard, ...ofRedis],
		],
	});
}

interface Found<Auth> {
	readonly auth: Auth;
	readonly warnings: readonly string[];
}

function clientAuth(table: SchedulerFile['client_auth']): Found<SchedulerConfig['clientAuth']> {
	switch (table.type) {
		case 'token': {
			const {secret: token, warnings} = findSecret(table.token, table.token_file);
			return {auth: {type: table.type, token}, warnings};
		}
		case 'jwt_validate': {
			const {type, audience, issuer, jwks_url: jwksUrl} = table;
			return {auth: {type, audience, issuer, jwksUrl}, warnings: []};
		}
		case 'proxy_token': {
			const {type, url, cache_secs: cacheS} = table;
			return {auth: {type, url, cacheS}, warnings: []};
		}
		case 'DANGEROUSLY_INSECURE':
			return {
				auth: table,
				warnings: ['client_auth is insecure: any client may have jobs done here'],
			};
	}
}

function serverAuth(table: SchedulerFile['server_auth']): Found<SchedulerConfig['serverAuth']> {
	switch (table.type) {
		case 'token': {
			const {secret: token, warnings} = findSecret(table.token, table.token_file);
			return {auth: {type: table.type, token}, warnings};
		}
		case 'jwt_hs256': {
			const {secret: secretKey, warnings} = findSecret(table.secret_key, table.secret_key_file);
			return {auth: {type: table.type, secretKey}, warnings};
		}
		case 'DANGEROUSLY_INSECURE':
			return {
				auth: table,
				warnings: ['server_auth is insecure: anyone may pose as a build server'],
			};
	}
}
