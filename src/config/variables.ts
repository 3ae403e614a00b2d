import {z} from 'zod';
import {addressWithLogin, rwMode, secretOrEmpty, size} from './values.js';

/** The SCCACHE_* variables of the client side. An empty one counts as not set. */

const text = z.string();
const isOne = z.string().transform(value => value === '1');

const flag = z.string().transform((value, context) => {
	const lower = value.toLowerCase();
	if (['true', 'on', '1'].includes(lower)) return true;
	if (['false', 'off', '0'].includes(lower)) return false;
	context.issues.push({
		code: 'custom',
		input: value,
		message: "must be 'true', 'on', '1', 'false', 'off' or '0'",
	});
	return z.NEVER;
});

const count = (min: number, max: number) =>
	z
		.string()
		.regex(/^\d{1,15}$/, {error: 'expected a whole number'})
		.transform(Number)
		.pipe(z.int().min(min).max(max));

const absolutePaths = z
	.string()
	.transform(value => value.split(':').filter(part => part !== ''))
	.refine(list => list.every(path => path.startsWith('/')), {
		error: "expected absolute paths, separated by ':'",
	});

/** Abstract socket names are spelled `\x00name`, since a variable cannot hold the byte itself. */
const socket = z.string().transform(value => value.replace(/^\\x00/, '\0'));

export const variables = z
	.object({
		SCCACHE_CONF: text,
		SCCACHE_CACHED_CONF: text,
		SCCACHE_SERVER_UDS: socket,
		SCCACHE_SERVER_PORT: count(1, 65535),
		SCCACHE_NO_DAEMON: isOne,
		SCCACHE_IDLE_TIMEOUT: count(0, Number.MAX_SAFE_INTEGER),
		SCCACHE_ERROR_LOG: text,
		/** These three: see log-config.ts. */
		SCCACHE_LOG: text,
		SCCACHE_LOG_MILLIS: text,
		SCCACHE_LOG_FORMAT: text,
		/** Of no effect: our frames carry files of any size. */
		SCCACHE_MAX_FRAME_LENGTH: count(1, Number.MAX_SAFE_INTEGER),
		SCCACHE_ALLOW_CORE_DUMPS: isOne,
		SCCACHE_BASEDIRS: absolutePaths,
		SCCACHE_DIR: text,
		SCCACHE_CACHE_SIZE: size,
		SCCACHE_DIRECT: flag,
		SCCACHE_LOCAL_RW_MODE: rwMode,
		SCCACHE_WORKERS: count(1, 256),
		SCCACHE_MAP_BUILD_PATHS: flag,
		SCCACHE_METRICS_PORT: count(1, 65_535),
		SCCACHE_DASHBOARD_PORT: count(1, 65_535),
		SCCACHE_CLIENT_SIDE: flag,
		SCCACHE_GHA_ENABLED: flag,
		SCCACHE_BUCKET: text,
		SCCACHE_ENDPOINT: text,
		SCCACHE_REGION: text,
		SCCACHE_S3_USE_SSL: flag,
		SCCACHE_S3_KEY_PREFIX: text,
		SCCACHE_S3_NO_CREDENTIALS: flag,
		SCCACHE_S3_SERVER_SIDE_ENCRYPTION: flag,
		SCCACHE_S3_ENABLE_VIRTUAL_HOST_STYLE: flag,
		SCCACHE_S3_RW_MODE: rwMode,
		SCCACHE_REDIS: addressWithLogin,
		SCCACHE_REDIS_ENDPOINT: addressWithLogin,
		SCCACHE_REDIS_CLUSTER_ENDPOINTS: addressWithLogin,
		SCCACHE_REDIS_USERNAME: text,
		SCCACHE_REDIS_PASSWORD: secretOrEmpty,
		SCCACHE_REDIS_DB: count(0, 1_000_000),
		SCCACHE_REDIS_EXPIRATION: count(0, 1_000_000_000),
		SCCACHE_REDIS_TTL: count(0, 1_000_000_000),
		SCCACHE_REDIS_KEY_PREFIX: text,
		SCCACHE_REDIS_RW_MODE: rwMode,
		SCCACHE_WEBDAV_ENDPOINT: addressWithLogin,
		SCCACHE_WEBDAV_KEY_PREFIX: text,
		SCCACHE_WEBDAV_USERNAME: text,
		SCCACHE_WEBDAV_PASSWORD: secretOrEmpty,
		SCCACHE_WEBDAV_TOKEN: secretOrEmpty,
		SCCACHE_WEBDAV_RW_MODE: rwMode,
		SCCACHE_MULTILEVEL_CHAIN: text,
		SCCACHE_MULTILEVEL_WRITE_ERROR_POLICY: z.enum(['ignore', 'l0', 'all']),
	})
	.partial();

export type Variables = z.infer<typeof variables>;

/** Given for what this version does not do: each is named in the one warning. */
export const laterVariables: readonly string[] = [
	'SCCACHE_STARTUP_NOTIFY',
	'SCCACHE_CACHE_ZSTD_LEVEL',
	'SCCACHE_CACHE_MULTIARCH',
	'SCCACHE_MEMCACHED',
	'SCCACHE_MEMCACHED_ENDPOINT',
	'SCCACHE_MEMCACHED_USERNAME',
	'SCCACHE_MEMCACHED_PASSWORD',
	'SCCACHE_MEMCACHED_EXPIRATION',
	'SCCACHE_MEMCACHED_KEY_PREFIX',
	'SCCACHE_MEMCACHED_RW_MODE',
	'SCCACHE_GCS_BUCKET',
	'SCCACHE_GCS_CREDENTIALS_URL',
	'SCCACHE_GCS_OAUTH_URL',
	'SCCACHE_GCS_KEY_PATH',
	'SCCACHE_GCS_KEY_PREFIX',
	'SCCACHE_GCS_SERVICE_ACCOUNT',
	'SCCACHE_GCS_RW_MODE',
	'SCCACHE_AZURE_CONNECTION_STRING',
	'SCCACHE_AZURE_BLOB_CONTAINER',
	'SCCACHE_AZURE_KEY_PREFIX',
	'SCCACHE_AZURE_RW_MODE',
	'SCCACHE_GHA_VERSION',
	'SCCACHE_GHA_CACHE_URL',
	'SCCACHE_GHA_RUNTIME_TOKEN',
	'SCCACHE_GHA_CACHE_TO',
	'SCCACHE_GHA_CACHE_FROM',
	'SCCACHE_GHA_RW_MODE',
	'SCCACHE_OSS_BUCKET',
	'SCCACHE_OSS_ENDPOINT',
	'SCCACHE_OSS_KEY_PREFIX',
	'SCCACHE_OSS_NO_CREDENTIALS',
	'SCCACHE_OSS_RW_MODE',
	'SCCACHE_COS_BUCKET',
	'SCCACHE_COS_ENDPOINT',
	'SCCACHE_COS_KEY_PREFIX',
	'SCCACHE_COS_RW_MODE',
];
