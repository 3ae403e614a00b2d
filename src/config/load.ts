import {homedir} from 'node:os';
import {join} from 'node:path';
import {deepFreeze} from '../lib/deep-freeze.js';
import {systemCode} from '../lib/errors.js';
import {holdsSecret} from '../lib/secret.js';
import type {ClientConfig, PackageQuotas} from './client-config.js';
import {distConfig} from './dist-config.js';
import {type DiskFile, type FileConfig, fileSchema} from './file-schema.js';
import {sharedConfig} from './load-shared.js';
import {notYet} from './not-yet.js';
import {parseFile} from './parse-file.js';
import {type Environment, parseVariables} from './parse-variables.js';
import {exposure, type ReadFile, readFile} from './read-file.js';
import type {Quota} from './values.js';
import type {Variables} from './variables.js';

const defaultSocket = '/run/sccache/client.sock';
const defaultSizeBytes = 10 * 1024 ** 3;
const defaultQuota: Quota = {share: 0.5};

/** The client's configuration: the file, and over it the variables. Throws CONFIG_INVALID, nothing else. */
export function loadClientConfig(env: Environment): ClientConfig {
	const variables = parseVariables(env);
	const folders = {
		config: baseFolder(env, 'XDG_CONFIG_HOME', '.config'),
		cache: baseFolder(env, 'XDG_CACHE_HOME', '.cache'),
	};
	const path = variables.SCCACHE_CONF ?? join(folders.config, 'sccache/config');
	const read = readOptional(path);
	const file = read.file === undefined ? {} : parseFile(read.file.text, path, fileSchema);
	const {dist, warnings} = distConfig(file.dist, {
		defaultCacheDir: join(folders.cache, 'sccache-dist-client'),
		cachedConfig: variables.SCCACHE_CACHED_CONF ?? join(folders.config, 'sccache/cached-config'),
	});
	const shared = sharedConfig(file.cache, variables, env);
	const exposed = read.file !== undefined && holdsSecret(file) ? exposure(read.file) : [];
	return deepFreeze({
		...merge(file, variables, join(folders.cache, 'sccache')),
		file: read.file === undefined ? undefined : path,
		dist,
		shared: shared.shared,
		notYet: notYet(file, env, variables),
		warnings: [
			...read.warnings,
			...exposed,
			...beaten(file.cache?.disk, variables),
			...warnings,
			...shared.warnings,
		],
	});
}

/** An XDG base folder; a relative one does not count. */
function baseFolder(env: Environment, name: string, underHome: string): string {
	const given = env[name];
	return given?.startsWith('/') ? given : join(env.HOME || homedir(), underHome);
}

interface OptionalFile {
	readonly file?: ReadFile;
	readonly warnings: readonly string[];
}

/** A file that can't be read is no file, as for upstream: the one with a token is root's alone. */
function readOptional(path: string): OptionalFile {
	try {
		return {file: readFile(path), warnings: []};
	} catch (error) {
		const code = systemCode(error);
		if (code === 'ENOENT' || code === 'ENOTDIR') return {warnings: []};
		return {warnings: [`${path} cannot be read (${code}); going on without it`]};
	}
}

/** Variables beat the file, the file beats the defaults. */
function merge(
	file: FileConfig,
	env: Variables,
	defaultCacheDir: string,
): Omit<ClientConfig, 'file' | 'dist' | 'shared' | 'notYet' | 'warnings'> {
	const disk = file.cache?.disk;
	const cacheSizeBytes = env.SCCACHE_CACHE_SIZE ?? disk?.size ?? defaultSizeBytes;
	return {
		...endpoint(env),
		cacheDir: env.SCCACHE_DIR ?? disk?.dir ?? defaultCacheDir,
		cacheSizeBytes,
		packageQuotas: packageQuotas(disk, cacheSizeBytes),
		rwMode: env.SCCACHE_LOCAL_RW_MODE ?? disk?.rw_mode ?? 'READ_WRITE',
		directMode: env.SCCACHE_DIRECT ?? directMode(disk?.preprocessor_cache_mode),
		idleTimeoutS: env.SCCACHE_IDLE_TIMEOUT ?? 600,
		startupTimeoutMs: file.server_startup_timeout_ms ?? 10_000,
		errorLog: env.SCCACHE_ERROR_LOG,
		noDaemon: env.SCCACHE_NO_DAEMON ?? false,
		workers: env.SCCACHE_WORKERS ?? file.daemon?.workers,
		localSlots: file.daemon?.local_slots,
		baseFolders: env.SCCACHE_BASEDIRS ?? file.basedirs ?? [],
		mapsBuildPaths: env.SCCACHE_MAP_BUILD_PATHS ?? file.daemon?.map_build_paths ?? false,
		metricsPort: env.SCCACHE_METRICS_PORT ?? file.daemon?.metrics_port,
		dashboardPort: env.SCCACHE_DASHBOARD_PORT ?? file.daemon?.dashboard_port,
	};
}

/** The services give their daemon variables for these: what the file says instead would be without effect, and unnoticed. */
function beaten(disk: DiskFile | undefined, env: Variables): readonly string[] {
	const pairs = [
		['size', disk?.size, 'SCCACHE_CACHE_SIZE', env.SCCACHE_CACHE_SIZE],
		['dir', disk?.dir, 'SCCACHE_DIR', env.SCCACHE_DIR],
	] as const;
	return pairs
		.filter(([, said, , given]) => said !== undefined && given !== undefined && said !== given)
		.map(
			([key, , name]) =>
				`cache.disk.${key} has no effect: ${name} is set; change it where the daemon is started`,
		);
}

function packageQuotas(disk: DiskFile | undefined, cacheSizeBytes: number): PackageQuotas {
	const bytes = (quota: Quota) =>
		'share' in quota ? Math.floor(quota.share * cacheSizeBytes) : quota.sizeBytes;
	return {
		defaultBytes: bytes(disk?.package_quota ?? defaultQuota),
		bytesOf: Object.fromEntries(
			Object.entries(disk?.package_quotas ?? {}).map(([name, quota]) => [name, bytes(quota)]),
		),
	};
}

/** A socket path beats a port, as upstream has it. */
function endpoint(env: Variables): Pick<ClientConfig, 'socketPath' | 'port'> {
	if (env.SCCACHE_SERVER_UDS !== undefined) {
		return {socketPath: env.SCCACHE_SERVER_UDS, port: undefined};
	}
	if (env.SCCACHE_SERVER_PORT !== undefined) {
		return {socketPath: undefined, port: env.SCCACHE_SERVER_PORT};
	}
	return {socketPath: defaultSocket, port: undefined};
}

/** On, unless the table is there and does not say so: upstream's default within the table is off. */
function directMode(
	table: {use_preprocessor_cache_mode?: boolean | undefined} | undefined,
): boolean {
	return table === undefined || table.use_preprocessor_cache_mode === true;
}
