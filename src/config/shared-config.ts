import type {Secret} from '../lib/secret.js';

/** The stores behind the disk that hosts share, nearest first. */
export interface SharedConfig {
	readonly tiers: readonly TierConfig[];
	readonly writeErrorPolicy: WriteErrorPolicy;
	/** With it, only what it signed is taken. */
	readonly signingKey: Secret | undefined;
}

/**
 * What becomes of a result that a level could not take. `l0`: what the disk could not keep is not sent on. `ignore`: each level for
 * itself. `all`: as `l0`, and a failure of any level counts as a write error of the cache.
 */
export type WriteErrorPolicy = 'ignore' | 'l0' | 'all';

export type TierConfig = RedisConfig | S3Config | WebdavConfig;
export type TierName = TierConfig['kind'];

interface AnyTier {
	readonly writable: boolean;
	/** Without slashes at its ends; may be empty. */
	readonly keyPrefix: string;
}

export type RedisNode =
	| {readonly host: string; readonly port: number}
	/** A Unix socket. */
	| {readonly path: string};

export interface RedisConfig extends AnyTier {
	readonly kind: 'redis';
	readonly topology:
		| {readonly kind: 'single'; readonly node: RedisNode}
		| {readonly kind: 'cluster'; readonly nodes: readonly HostPort[]}
		| {
				readonly kind: 'sentinel';
				readonly sentinels: readonly HostPort[];
				/** The name under which sentinels watch the master. */
				readonly master: string;
				readonly sentinelPassword: Secret | undefined;
		  };
	/** `unverified`: any certificate will do. */
	readonly tls: 'none' | 'verified' | 'unverified';
	readonly db: number;
	/** Undefined: entries stay until Redis evicts them. */
	readonly ttlS: number | undefined;
	readonly username: string | undefined;
	readonly password: Secret | undefined;
}

export interface HostPort {
	readonly host: string;
	readonly port: number;
}

export interface S3Config extends AnyTier {
	readonly kind: 's3';
	readonly bucket: string;
	/** Of the service, without the bucket: `https://s3.example.org`. */
	readonly endpoint: string;
	readonly region: string;
	/** The bucket is in the host's name, not in the path. */
	readonly virtualHost: boolean;
	readonly serverSideEncryption: boolean;
	/** Undefined: requests are not signed. */
	readonly credentials:
		| {readonly profile: string | undefined; readonly file: string | undefined}
		| undefined;
}

/** How objects are named: ccache's three, of which `bazel` is what caches of Bazel expect. */
export const webdavLayouts = ['subdirs', 'flat', 'bazel'] as const;
export type WebdavLayout = (typeof webdavLayouts)[number];

export interface WebdavConfig extends AnyTier {
	readonly kind: 'webdav';
	/** With a `/` at its end, and without user and password. */
	readonly url: string;
	readonly layout: WebdavLayout;
	/** For basic authorization. */
	readonly username: string | undefined;
	readonly password: Secret | undefined;
	readonly token: Secret | undefined;
}

/** Where each level is, as the statistics say it; without secrets, and in upstream's words. */
export function tierLocation(tier: TierConfig): string {
	const prefix = tier.keyPrefix === '' ? '/' : `/${tier.keyPrefix}/`;
	return `${tier.kind}, name: ${nameOf(tier)}, prefix: ${prefix}`;
}

function nameOf(tier: TierConfig): string {
	if (tier.kind === 's3') return tier.bucket;
	if (tier.kind === 'webdav') return tier.url;
	const {topology} = tier;
	if (topology.kind === 'cluster') return topology.nodes.map(hostAndPort).join(',');
	if (topology.kind === 'sentinel') return topology.master;
	return 'path' in topology.node ? topology.node.path : hostAndPort(topology.node);
}

const hostAndPort = ({host, port}: HostPort): string =>
	`${host.includes(':') ? `[${host}]` : host}:${port}`;

/** What only one process may know: apart, since `Secret` does not cross from thread to thread. */
export interface SharedSecrets {
	readonly signingKey: string | undefined;
	readonly redisPassword: string | undefined;
	readonly sentinelPassword: string | undefined;
	readonly webdavPassword: string | undefined;
	readonly webdavToken: string | undefined;
}

export function sharedSecrets({tiers, signingKey}: SharedConfig): SharedSecrets {
	const redis = tiers.find(tier => tier.kind === 'redis');
	const webdav = tiers.find(tier => tier.kind === 'webdav');
	const topology = redis?.topology;
	return {
		signingKey: signingKey?.reveal(),
		redisPassword: redis?.password?.reveal(),
		sentinelPassword:
			topology?.kind === 'sentinel' ? topology.sentinelPassword?.reveal() : undefined,
		webdavPassword: webdav?.password?.reveal(),
		webdavToken: webdav?.token?.reveal(),
	};
}
