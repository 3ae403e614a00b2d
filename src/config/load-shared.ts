import {AppError, systemCode} from '../lib/errors.js';
import type {Secret} from '../lib/secret.js';
import type {CacheFile} from './file-schema.js';
import type {Environment} from './parse-variables.js';
import {exposure, readFile} from './read-file.js';
import {readSecretFile} from './secret-file.js';
import type {SharedConfig, TierConfig, TierName} from './shared-config.js';
import {redisTier, s3Tier, type TierSources, webdavTier} from './tier-tables.js';
import type {Variables} from './variables.js';

export interface Shared {
	/** Undefined: the cache is the disk alone. */
	readonly shared: SharedConfig | undefined;
	readonly warnings: readonly string[];
}

/** Shorter ones can be guessed. */
const shortestSigningKey = 32;

/** Upstream's order, of which it takes the first that is configured. */
const priority = ['s3', 'redis', 'webdav'] as const satisfies readonly TierName[];

/** Upstream's other stores: in a chain, they are left out. */
const foreign = ['memcached', 'gcs', 'gha', 'azure', 'oss', 'cos'];

/**
 * The shared stores that file and variables name. What is wrong with one draws a warning, and it is left out: compiles go on with the
 * rest of the cache.
 */
export function sharedConfig(
	table: CacheFile | undefined,
	env: Variables,
	all: Environment,
): Shared {
	const warnings: string[] = [];
	const sources: TierSources = {
		table: table ?? {},
		env,
		region: all.AWS_REGION || all.AWS_DEFAULT_REGION,
		secret: path => {
			const found = readSecretFile(path);
			warnings.push(...found.warnings);
			return found.secret;
		},
	};
	const makers: Record<TierName, (from: TierSources) => TierConfig | undefined> = {
		s3: s3Tier,
		redis: redisTier,
		webdav: webdavTier,
	};
	const configured = (name: TierName) => {
		try {
			return makers[name](sources);
		} catch (error) {
			if (!(error instanceof AppError)) throw error;
			warnings.push(`${error.message}; going on without ${name}`);
			return undefined;
		}
	};
	warnings.push(...exposedCredentials(table?.s3?.credentials_file));
	const chain = env.SCCACHE_MULTILEVEL_CHAIN?.split(',') ?? table?.multilevel?.chain;
	const tiers =
		chain === undefined
			? firstOf(
					priority.flatMap(name => configured(name) ?? []),
					warnings,
				)
			: chained(chain, configured, warnings);
	if (tiers.length === 0) return {shared: undefined, warnings};
	const signing = signingKey(table?.shared?.signing_key_file, sources.secret);
	if (typeof signing === 'string') {
		return {shared: undefined, warnings: [...warnings, signing]};
	}
	return {
		shared: {
			tiers,
			writeErrorPolicy:
				env.SCCACHE_MULTILEVEL_WRITE_ERROR_POLICY ?? table?.multilevel?.write_error_policy ?? 'l0',
			signingKey: signing.key,
		},
		warnings,
	};
}

/** It is read later, by AWS's own means. */
function exposedCredentials(path: string | undefined): readonly string[] {
	if (path === undefined) return [];
	try {
		return exposure(readFile(path));
	} catch (error) {
		return [`cache.s3.credentials_file: ${path} cannot be read (${systemCode(error)})`];
	}
}

/** Without a chain there is one, as for upstream. */
function firstOf(tiers: readonly TierConfig[], warnings: string[]): readonly TierConfig[] {
	const [first, ...others] = tiers;
	if (first === undefined) return [];
	if (others.length > 0) {
		const names = others.map(({kind}) => kind).join(' and ');
		warnings.push(
			`of several shared caches only ${first.kind} is used, and not ${names}: cache.multilevel.chain would name them all`,
		);
	}
	return [first];
}

function chained(
	chain: readonly string[],
	configured: (name: TierName) => TierConfig | undefined,
	warnings: string[],
): readonly TierConfig[] {
	const names = chain.map(name => name.trim().toLowerCase()).filter(name => name !== '');
	if (names.indexOf('disk') > 0) {
		warnings.push('cache.multilevel.chain: the disk comes first always');
	}
	return [...new Set(names)].flatMap(name => {
		if (name === 'disk') return [];
		if (foreign.includes(name)) {
			warnings.push(`cache.multilevel.chain: ${name} is not supported, and left out`);
			return [];
		}
		if (!isTier(name)) {
			warnings.push(
				`cache.multilevel.chain: there is no ${JSON.stringify(name)}; expected disk, redis, s3 or webdav`,
			);
			return [];
		}
		const before = warnings.length;
		const tier = configured(name);
		if (tier === undefined && warnings.length === before) {
			warnings.push(`cache.multilevel.chain: ${name} is not configured, and left out`);
		}
		return tier ?? [];
	});
}

const isTier = (name: string): name is TierName => (priority as readonly string[]).includes(name);

/** In words, why the shared stores can't be used: without the key anything in them would be taken. */
function signingKey(
	path: string | undefined,
	secret: TierSources['secret'],
): {readonly key: Secret | undefined} | string {
	if (path === undefined) return {key: undefined};
	const then = 'shared caches are not used without it';
	try {
		const key = secret(path);
		if (key.reveal().length >= shortestSigningKey) return {key};
		return `cache.shared.signing_key_file: ${path} has fewer than ${shortestSigningKey} characters; ${then}`;
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		return `cache.shared.signing_key_file: ${error.message}; ${then}`;
	}
}
