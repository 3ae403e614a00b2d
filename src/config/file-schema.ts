import {z} from 'zod';
import {webdavLayouts} from './shared-config.js';
import {
	absolutePath,
	addressWithLogin,
	exactlyOne,
	packageName,
	quota,
	rwMode,
	schedulerUrl,
	schedulerUrls,
	secret,
	secretOrEmpty,
	size,
} from './values.js';

/** The client's configuration file: upstream's keys, every table closed, and `[daemon]`, which is ours. */

const text = z.string();
const flag = z.boolean();
const count = z.int().nonnegative();
const path = z.string().min(1);

const preprocessorCacheMode = z
	.strictObject({
		use_preprocessor_cache_mode: flag,
		file_stat_matches: flag,
		use_ctime_for_stat: flag,
		ignore_time_macros: flag,
		skip_system_headers: flag,
		hash_working_directory: flag,
	})
	.partial();

const disk = z
	.strictObject({
		dir: path,
		size,
		rw_mode: rwMode,
		preprocessor_cache_mode: preprocessorCacheMode,
		/** Ours. */
		package_quota: quota,
		package_quotas: z.record(packageName, quota),
	})
	.partial();

const keyPrefix = {key_prefix: text, rw_mode: rwMode};
const login = {username: text, password: secretOrEmpty};
/** Ours. */
const loginFile = {password_file: absolutePath};

/** Where a cache can be beside the disk. */
const sharedCaches = {
	redis: z
		.strictObject({
			url: addressWithLogin,
			endpoint: addressWithLogin,
			cluster_endpoints: addressWithLogin,
			db: count,
			ttl: count,
			expiration: count,
			...login,
			...keyPrefix,
			...loginFile,
			/** Ours, like the other two. */
			sentinel_endpoints: addressWithLogin,
			sentinel_master: path,
			sentinel_password_file: absolutePath,
		})
		.partial(),
	s3: z
		.strictObject({
			bucket: text,
			region: text,
			no_credentials: flag,
			endpoint: text,
			use_ssl: flag,
			server_side_encryption: flag,
			enable_virtual_host_style: flag,
			...keyPrefix,
			/** Ours, like the other. */
			profile: path,
			credentials_file: absolutePath,
		})
		.partial(),
	webdav: z
		.strictObject({
			endpoint: addressWithLogin,
			token: secretOrEmpty,
			...login,
			...keyPrefix,
			...loginFile,
			/** Ours, like the other. */
			token_file: absolutePath,
			layout: z.enum(webdavLayouts),
		})
		.partial(),
	multilevel: z
		.strictObject({chain: z.array(text), write_error_policy: z.enum(['ignore', 'l0', 'all'])})
		.partial(),
	/** Ours: of all of them. */
	shared: z.strictObject({signing_key_file: absolutePath}).partial(),
};

/** Accepted, so that a file for upstream is one for us. */
const foreignCaches = {
	azure: z
		.strictObject({
			connection_string: secretOrEmpty,
			container: text,
			no_credentials: flag,
			...keyPrefix,
		})
		.partial(),
	gcs: z
		.strictObject({
			bucket: text,
			cred_path: text,
			service_account: text,
			credential_url: text,
			oauth_url: text,
			deprecated_url: text,
			...keyPrefix,
		})
		.partial(),
	gha: z
		.strictObject({
			enabled: flag,
			version: text,
			url: text,
			token: secretOrEmpty,
			cache_to: text,
			cache_from: text,
			rw_mode: rwMode,
		})
		.partial(),
	memcached: z
		.strictObject({url: text, endpoint: text, expiration: count, ...login, ...keyPrefix})
		.partial(),
	oss: z.strictObject({bucket: text, endpoint: text, no_credentials: flag, ...keyPrefix}).partial(),
	cos: z.strictObject({bucket: text, endpoint: text, ...keyPrefix}).partial(),
};

export const foreignCacheNames = Object.keys(foreignCaches) as (keyof typeof foreignCaches)[];

const distAuth = z.discriminatedUnion('type', [
	z
		.strictObject({
			type: z.literal('token'),
			token: secret.optional(),
			/** Ours. */
			token_file: absolutePath.optional(),
		})
		.superRefine(exactlyOne('token', 'token_file')),
	z.strictObject({
		type: z.literal('oauth2_code_grant_pkce'),
		client_id: text,
		auth_url: text,
		token_url: text,
	}),
	z.strictObject({type: z.literal('oauth2_implicit'), client_id: text, auth_url: text}),
]);

const distToolchain = z.discriminatedUnion('type', [
	z.strictObject({type: z.literal('no_dist'), compiler_executable: path}),
	z.strictObject({
		type: z.literal('path_override'),
		compiler_executable: path,
		archive: path,
		archive_compiler_executable: path,
	}),
]);

const dist = z
	.strictObject({
		scheduler_url: schedulerUrl,
		/** Ours. */
		scheduler_urls: schedulerUrls,
		auth: distAuth,
		cache_dir: path,
		toolchains: z.array(distToolchain),
		toolchain_cache_size: size,
		rewrite_includes_only: flag,
	})
	.partial();

export const fileSchema = z
	.strictObject({
		cache: z.strictObject({disk, ...sharedCaches, ...foreignCaches}).partial(),
		dist,
		server_startup_timeout_ms: count,
		basedirs: z.array(absolutePath),
		client_side_mode: flag,
		cache_stats_file: path,
		daemon: z
			.strictObject({
				workers: z.int().min(1).max(256),
				local_slots: z.int().min(0).max(1024),
				map_build_paths: flag,
				metrics_port: z.int().min(1).max(65_535),
				dashboard_port: z.int().min(1).max(65_535),
			})
			.partial(),
	})
	.partial();

export type FileConfig = z.infer<typeof fileSchema>;
export type CacheFile = NonNullable<FileConfig['cache']>;
export type DistFile = NonNullable<FileConfig['dist']>;
export type DiskFile = NonNullable<NonNullable<FileConfig['cache']>['disk']>;
