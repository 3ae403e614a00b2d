import {AppError} from '../lib/errors.js';
import {Secret} from '../lib/secret.js';
import type {HostPort, RedisConfig, RedisNode} from './shared-config.js';

/** What an address of Redis says. */
export interface RedisAddress {
	readonly node: RedisNode;
	readonly tls: RedisConfig['tls'];
	readonly username: string | undefined;
	readonly password: Secret | undefined;
	readonly db: number | undefined;
}

const schemes: Record<string, RedisConfig['tls']> = {
	'redis:': 'none',
	'tcp:': 'none',
	'rediss:': 'verified',
};
const defaultPort = 6379;
const form = 'expected a URL like "redis://192.0.2.1:6379" or "redis+unix:///run/redis.sock"';

/**
 * `redis://[[user]:password@]host[:port][/db][?db=N]`, `rediss://` for TLS (with `#insecure`: whatever the certificate),
 * `redis+unix:///path` and `unix:///path`; a bare `host:port` too. Throws CONFIG_INVALID, without what was given: it may hold a password.
 */
export function parseRedisAddress(text: string, key: string): RedisAddress {
	const whole = /^[a-z+]+:\/\//.test(text) ? text : `redis://${text}`;
	if (!URL.canParse(whole)) throw malformed(key);
	const url = new URL(whole);
	const decoded = (part: string): string => decode(part, key);
	const login = {
		username: url.username === '' ? undefined : decoded(url.username),
		password: url.password === '' ? undefined : new Secret(decoded(url.password)),
	};
	const query = url.searchParams.get('db') ?? '';
	if (/^(?:redis\+unix|unix):$/.test(url.protocol)) {
		const path = decoded(url.pathname);
		if (path.length < 2) throw malformed(key);
		return {node: {path}, tls: 'none', ...login, db: dbOf(query, key)};
	}
	const tls = schemes[url.protocol];
	if (tls === undefined || url.hostname === '') throw malformed(key);
	return {
		node: hostOf(url),
		tls: tls === 'verified' && url.hash === '#insecure' ? 'unverified' : tls,
		...login,
		db: dbOf(query || url.pathname.slice(1), key),
	};
}

/** Nodes of a cluster, or sentinels: addresses with commas between them. */
export function parseRedisNodes(
	text: string,
	key: string,
): readonly [RedisAddress, ...RedisAddress[]] {
	const parts = text.split(',').map(part => part.trim());
	const [first, ...others] = parts
		.filter(part => part !== '')
		.map(part => parseRedisAddress(part, key));
	if (first === undefined) throw malformed(key);
	return [first, ...others];
}

export function hostsOf(addresses: readonly RedisAddress[], key: string): readonly HostPort[] {
	return addresses.map(({node}) => {
		if ('path' in node) throw malformed(key);
		return node;
	});
}

function hostOf(url: URL): HostPort {
	return {
		host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
		port: url.port === '' ? defaultPort : Number(url.port),
	};
}

function decode(part: string, key: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		throw malformed(key);
	}
}

function dbOf(text: string, key: string): number | undefined {
	if (text === '') return undefined;
	if (!/^\d{1,9}$/.test(text)) throw malformed(key);
	return Number(text);
}

function malformed(key: string): AppError {
	return new AppError('CONFIG_INVALID', `${key}: ${form}`);
}
