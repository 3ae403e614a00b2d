import {AppError} from '../lib/errors.js';
import {Secret} from '../lib/secret.js';
import type {CacheFile} from './file-schema.js';
import {hostsOf, parseRedisAddress, parseRedisNodes, type RedisAddress} from './redis-config.js';
import type {RedisConfig, S3Config, WebdavConfig} from './shared-config.js';
import {revealed} from './values.js';
import type {Variables} from './variables.js';

export interface TierSources {
	readonly table: CacheFile;
	readonly env: Variables;
	/** As AWS's own programs know it. */
	readonly region: string | undefined;
	/** What a file holds. Throws CONFIG_INVALID, CONFIG_UNREADABLE. */
	readonly secret: (path: string) => Secret;
}

/** Each of these: undefined when nothing names such a store; throws CONFIG_INVALID, CONFIG_UNREADABLE. */
export function redisTier({table, env, secret}: TierSources): RedisConfig | undefined {
	const given = env.SCCACHE_REDIS_ENDPOINT ?? env.SCCACHE_REDIS;
	// An address of the environment is not given the password of the file.
	const isOfEnv = given !== undefined || env.SCCACHE_REDIS_CLUSTER_ENDPOINTS !== undefined;
	const file = isOfEnv ? {} : (table.redis ?? {});
	const single = given ?? file.endpoint ?? file.url;
	const cluster = env.SCCACHE_REDIS_CLUSTER_ENDPOINTS ?? file.cluster_endpoints;
	const found = [single, cluster, file.sentinel_endpoints].filter(one => one !== undefined);
	if (found.length === 0) return undefined;
	if (found.length > 1) {
		throw invalid(
			'cache.redis: endpoint, cluster_endpoints and sentinel_endpoints exclude each other',
		);
	}
	const {topology, address} = redisTopology({single, cluster, file, secret});
	const ttlS = env.SCCACHE_REDIS_EXPIRATION ?? env.SCCACHE_REDIS_TTL ?? file.expiration ?? file.ttl;
	const db = env.SCCACHE_REDIS_DB ?? file.db ?? address.db ?? 0;
	if (topology.kind === 'cluster' && db !== 0) {
		throw invalid('cache.redis: a cluster has the database 0 alone');
	}
	return {
		kind: 'redis',
		...common(
			env.SCCACHE_REDIS_RW_MODE ?? file.rw_mode,
			env.SCCACHE_REDIS_KEY_PREFIX ?? file.key_prefix,
		),
		topology,
		tls: address.tls,
		db,
		ttlS: ttlS === 0 ? undefined : ttlS,
		username: notEmpty(env.SCCACHE_REDIS_USERNAME ?? file.username) ?? address.username,
		password:
			fromFile(file.password_file, secret) ??
			filled(env.SCCACHE_REDIS_PASSWORD ?? file.password) ??
			address.password,
	};
}

function redisTopology({
	single,
	cluster,
	file,
	secret,
}: {
	readonly single: string | Secret | undefined;
	readonly cluster: string | Secret | undefined;
	readonly file: NonNullable<CacheFile['redis']>;
	readonly secret: TierSources['secret'];
}): {readonly topology: RedisConfig['topology']; readonly address: RedisAddress} {
	if (single !== undefined) {
		const address = parseRedisAddress(revealed(single), 'cache.redis.endpoint');
		return {topology: {kind: 'single', node: address.node}, address};
	}
	if (cluster !== undefined) {
		const key = 'cache.redis.cluster_endpoints';
		const nodes = parseRedisNodes(revealed(cluster), key);
		return {topology: {kind: 'cluster', nodes: hostsOf(nodes, key)}, address: nodes[0]};
	}
	const key = 'cache.redis.sentinel_endpoints';
	const nodes = parseRedisNodes(revealed(file.sentinel_endpoints ?? ''), key);
	if (file.sentinel_master === undefined) {
		throw invalid('cache.redis.sentinel_master: expected the name of the master, found nothing');
	}
	return {
		topology: {
			kind: 'sentinel',
			sentinels: hostsOf(nodes, key),
			master: file.sentinel_master,
			sentinelPassword: fromFile(file.sentinel_password_file, secret),
		},
		address: nodes[0],
	};
}

export function s3Tier({table, env, region}: TierSources): S3Config | undefined {
	const file = table.s3 ?? {};
	const bucket = env.SCCACHE_BUCKET ?? file.bucket;
	if (bucket === undefined) {
		if (table.s3 === undefined) return undefined;
		throw invalid('cache.s3.bucket: expected a name, found nothing');
	}
	if (!/^[\w.-]+$/.test(bucket)) throw invalid('cache.s3.bucket: expected the name of a bucket');
	const host = env.SCCACHE_ENDPOINT ?? file.endpoint;
	const place = env.SCCACHE_REGION ?? file.region ?? region ?? 'us-east-1';
	const {profile, credentials_file: credentialsFile} = file;
	return {
		kind: 's3',
		...common(env.SCCACHE_S3_RW_MODE ?? file.rw_mode, env.SCCACHE_S3_KEY_PREFIX ?? file.key_prefix),
		bucket,
		endpoint: s3Endpoint(host, env.SCCACHE_S3_USE_SSL ?? file.use_ssl, place),
		region: place,
		virtualHost:
			env.SCCACHE_S3_ENABLE_VIRTUAL_HOST_STYLE ?? file.enable_virtual_host_style ?? false,
		serverSideEncryption:
			env.SCCACHE_S3_SERVER_SIDE_ENCRYPTION ?? file.server_side_encryption ?? false,
		credentials:
			(env.SCCACHE_S3_NO_CREDENTIALS ?? file.no_credentials ?? false)
				? undefined
				: {profile, file: credentialsFile},
	};
}

/** AWS's own without one; a bare host speaks TLS when `use_ssl` says so. Without a slash at its end. */
function s3Endpoint(
	given: string | undefined,
	useSsl: boolean | undefined,
	region: string,
): string {
	if (given === undefined) return `http${useSsl === false ? '' : 's'}://s3.${region}.amazonaws.com`;
	const whole = /^https?:\/\//.test(given) ? given : `http${useSsl === true ? 's' : ''}://${given}`;
	const url = URL.canParse(whole) ? new URL(whole) : undefined;
	if (url === undefined || url.username !== '' || url.search !== '') {
		throw invalid('cache.s3.endpoint: expected a host, or a URL without user and query');
	}
	return url.href.replace(/\/+$/, '');
}

export function webdavTier({table, env, secret}: TierSources): WebdavConfig | undefined {
	const given = env.SCCACHE_WEBDAV_ENDPOINT;
	const file = given === undefined ? (table.webdav ?? {}) : {};
	const endpoint = given ?? file.endpoint;
	if (endpoint === undefined) {
		if (table.webdav === undefined) return undefined;
		throw invalid('cache.webdav.endpoint: expected a URL, found nothing');
	}
	const text = revealed(endpoint);
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '') {
		throw invalid('cache.webdav.endpoint: expected a URL like "https://example.org/cache"');
	}
	const inUrl = {username: safelyDecoded(url.username), password: safelyDecoded(url.password)};
	url.username = '';
	url.password = '';
	url.hash = '';
	const token = fromFile(file.token_file, secret) ?? filled(env.SCCACHE_WEBDAV_TOKEN ?? file.token);
	const username =
		notEmpty(env.SCCACHE_WEBDAV_USERNAME ?? file.username) ?? notEmpty(inUrl.username);
	if (token !== undefined && username !== undefined) {
		throw invalid('cache.webdav: expected either token or username and password, found both');
	}
	return {
		kind: 'webdav',
		...common(
			env.SCCACHE_WEBDAV_RW_MODE ?? file.rw_mode,
			env.SCCACHE_WEBDAV_KEY_PREFIX ?? file.key_prefix,
		),
		url: url.href.replace(/\/*$/, '/'),
		layout: file.layout ?? 'subdirs',
		username,
		password:
			fromFile(file.password_file, secret) ??
			filled(env.SCCACHE_WEBDAV_PASSWORD ?? file.password) ??
			filled(inUrl.password === '' ? undefined : new Secret(inUrl.password)),
		token,
	};
}

function common(mode: 'READ_ONLY' | 'READ_WRITE' | undefined, prefix: string | undefined) {
	return {
		writable: mode !== 'READ_ONLY',
		keyPrefix: (prefix ?? '').replace(/^\/+|\/+$/g, ''),
	};
}

const fromFile = (path: string | undefined, secret: TierSources['secret']): Secret | undefined =>
	path === undefined ? undefined : secret(path);

/** An empty one is none. */
const filled = (secret: Secret | undefined): Secret | undefined =>
	secret?.reveal() === '' ? undefined : secret;

const notEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function safelyDecoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function invalid(message: string): AppError {
	return new AppError('CONFIG_INVALID', message);
}
