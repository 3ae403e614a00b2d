import {writeFileSync} from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import type {ClientConfig} from '../../src/config/client-config.js';
import {loadClientConfig} from '../../src/config/load.js';
import type {Environment} from '../../src/config/parse-variables.js';
import {garbage, isConfigOrError, nearly} from './garbage.js';
import {failure, folder, write} from './place.js';

function load(text: string, env: Environment = {}, extension?: string): ClientConfig {
	return loadClientConfig({
		HOME: '/home/u',
		SCCACHE_CONF: write(text, extension === undefined ? {} : {extension}),
		...env,
	});
}

test('without a file and variables: the defaults', t => {
	const config = loadClientConfig({HOME: '/home/u'});
	t.like(config, {
		file: undefined,
		socketPath: '/run/sccache/client.sock',
		port: undefined,
		cacheDir: '/home/u/.cache/sccache',
		cacheSizeBytes: 10 * 1024 ** 3,
		rwMode: 'READ_WRITE',
		directMode: true,
		idleTimeoutS: 600,
		startupTimeoutMs: 10_000,
		workers: undefined,
	});
	t.deepEqual(config.notYet, []);
	t.deepEqual(config.warnings, []);
	t.true(Object.isFrozen(config));
});

test('XDG folders are honoured when absolute', t => {
	t.is(loadClientConfig({HOME: '/h', XDG_CACHE_HOME: '/x'}).cacheDir, '/x/sccache');
	t.is(loadClientConfig({HOME: '/h', XDG_CACHE_HOME: 'x'}).cacheDir, '/h/.cache/sccache');
});

test('a missing file is no file', t => {
	t.is(loadClientConfig({SCCACHE_CONF: '/nowhere/at/all'}).file, undefined);
});

test('a folder in place of the file is told as a warning', t => {
	const config = loadClientConfig({SCCACHE_CONF: folder});
	t.is(config.file, undefined);
	t.regex(config.warnings[0] ?? '', /EISDIR/);
});

test('a socket path beats a port', t => {
	const both = load('', {SCCACHE_SERVER_UDS: '/s', SCCACHE_SERVER_PORT: '4227'});
	t.is(both.socketPath, '/s');
	t.is(both.port, undefined);
	const port = load('', {SCCACHE_SERVER_PORT: '4227'});
	t.is(port.socketPath, undefined);
	t.is(port.port, 4227);
	t.is(load('', {SCCACHE_SERVER_UDS: '\\x00name'}).socketPath, '\0name');
});

test("upstream's own example of a file is accepted, and what comes later is named", t => {
	const config = load(`
server_startup_timeout_ms = 9000
cache_stats_file = "/tmp/stats.json"
basedirs = ["/a", "/b"]

[dist]
scheduler_url = "http://192.0.2.1:10600"
toolchains = []
toolchain_cache_size = 5368709120
cache_dir = "/home/user/.cache/sccache-dist-client"

[dist.auth]
type = "token"
token = "secrettoken"

[cache.azure]
connection_string = "BlobEndpoint=x;SharedAccessSignature=y"
container = "c"
key_prefix = ""

[cache.disk]
dir = "/tmp/.cache/sccache"
size = 7516192768 # 7 GiBytes

[cache.disk.preprocessor_cache_mode]
use_preprocessor_cache_mode = true
file_stat_matches = true
use_ctime_for_stat = true
ignore_time_macros = false
skip_system_headers = false
hash_working_directory = true

[cache.redis]
endpoint = "redis://127.0.0.1:6379"
db = 1
expiration = 3600

[cache.multilevel]
chain = ["disk", "redis"]
write_error_policy = "l0"
`);
	t.like(config, {
		cacheDir: '/tmp/.cache/sccache',
		cacheSizeBytes: 7_516_192_768,
		startupTimeoutMs: 9000,
		directMode: true,
		baseFolders: ['/a', '/b'],
		mapsBuildPaths: false,
	});
	t.deepEqual(config.dist?.schedulerUrls, ['http://192.0.2.1:10600/']);
	t.deepEqual([...config.notYet].sort(), ['cache.azure', 'cache_stats_file', 'file_stat_matches']);
});

test("a table without use_preprocessor_cache_mode switches direct mode off, as upstream's does", t => {
	t.true(load('[cache.disk]\nsize = 1').directMode);
	t.false(load('[cache.disk.preprocessor_cache_mode]\nuse_ctime_for_stat = true').directMode);
	t.true(
		load('[cache.disk.preprocessor_cache_mode]\nuse_ctime_for_stat = true', {SCCACHE_DIRECT: 'on'})
			.directMode,
	);
});

test('quotas of packages are bytes, shares of the cache as others', t => {
	const at = (text: string, env: Environment = {}) => load(text, env).packageQuotas;
	t.deepEqual(at('[cache.disk]\nsize = 1000\n'), {defaultBytes: 500, bytesOf: {}});
	const quotas =
		'package_quota = "20%"\npackage_quotas = {"app-misc/a" = "2K", "app-misc/b" = "50 %"}\n';
	t.deepEqual(at(`[cache.disk]\n${quotas}`, {SCCACHE_CACHE_SIZE: '10000'}), {
		defaultBytes: 2000,
		bytesOf: {'app-misc/a': 2048, 'app-misc/b': 5000},
	});
	for (const wrong of [
		'package_quota = "120%"',
		'package_quota = true',
		'package_quotas = {a = 1}',
	]) {
		t.throws(() => at(`[cache.disk]\n${wrong}\n`), {code: 'CONFIG_INVALID'});
	}
});

test('JSON by its extension', t => {
	t.is(load('{"cache": {"disk": {"size": "2G"}}}', {}, 'json').cacheSizeBytes, 2 * 1024 ** 3);
});

test('an unknown key is an error that names key, file, line and the nearest known key', t => {
	const text = '# comment\n[cache.disk]\ndir = "/c"\nsise = 5\n';
	const path = write(text);
	const error = failure(() => loadClientConfig({SCCACHE_CONF: path}));
	t.is(error.code, 'CONFIG_INVALID');
	t.is(error.message, `${path}:4: unknown key cache.disk.sise`);
	t.is(error.hint, 'the nearest known key is cache.disk.size');
});

test('a known key in the wrong table leads to the right one', t => {
	const error = failure(() => load('toolchain_cache_size = 5\n'));
	t.is(error.hint, 'the nearest known key is dist.toolchain_cache_size');
});

test('an unknown table, an unknown key of a list entry, an unknown key of JSON', t => {
	t.regex(failure(() => load('[cache.disc]\nsize = 1')).message, /:1: unknown key cache\.disc$/);
	const entry = '[[dist.toolchains]]\ntype = "no_dist"\ncompiler_executable = "/g"\nx = 1';
	t.regex(failure(() => load(entry)).message, /:4: unknown key dist\.toolchains\.x$/);
	const json = failure(() => load('{\n "cache": {\n  "dsk": {}\n }\n}', {}, 'json'));
	t.regex(json.message, /json:3: unknown key cache\.dsk$/);
});

test("the wiki's placeholder without quotes is told clearly, and without the line's text", t => {
	const error = failure(() => load('[dist.auth]\ntype = "token"\ntoken = <shared token>\n'));
	t.regex(error.message, /:3: not valid TOML: a text value without quotes$/);
	t.notRegex(error.message, /shared token/);
});

test('a value of the wrong type says key, expected and found', t => {
	t.regex(
		failure(() => load('[cache.disk]\ndir = 5')).message,
		/:2: cache\.disk\.dir: expected text in quotes, found 5$/,
	);
	t.regex(
		failure(() => load('[cache.disk]\nrw_mode = "RO"')).message,
		/expected "READ_ONLY" or "READ_WRITE", found "RO"$/,
	);
	t.regex(failure(() => load('[cache.disk]\nsize = "7 apples"')).message, /like "20G", found "7/);
	t.regex(failure(() => load('basedirs = ["rel"]')).message, /expected an absolute path/);
});

test('no message repeats a secret', t => {
	const error = failure(() => load('[dist.auth]\ntype = "token"\ntoken = 123456'));
	t.notRegex(error.message, /123456/);
	const url = failure(() => load('[dist]\nscheduler_url = "ftp://u:hunter2@h/"'));
	t.notRegex(url.message, /hunter2/);
});

test('a variable of the wrong form says its name', t => {
	t.regex(
		failure(() => load('', {SCCACHE_DIRECT: 'yes'})).message,
		/^SCCACHE_DIRECT: must be 'true'/,
	);
	t.regex(
		failure(() => load('', {SCCACHE_CACHE_SIZE: '20 pounds'})).message,
		/^SCCACHE_CACHE_SIZE: /,
	);
	t.regex(
		failure(() => load('', {SCCACHE_SERVER_PORT: '70000'})).message,
		/^SCCACHE_SERVER_PORT: /,
	);
	t.regex(failure(() => load('', {SCCACHE_BASEDIRS: '/a:b'})).message, /^SCCACHE_BASEDIRS: /);
});

test('variables for what comes later are named', t => {
	const config = load('', {SCCACHE_MEMCACHED: 'h', SCCACHE_OSS_BUCKET: 'b', SCCACHE_REGION: ''});
	t.deepEqual([...config.notYet].sort(), ['SCCACHE_MEMCACHED', 'SCCACHE_OSS_BUCKET']);
});

test("the wiki's unit, variable for variable", t => {
	const config = load('[dist]\nscheduler_url = "192.0.2.1:10600"', {
		SCCACHE_NO_DAEMON: '1',
		SCCACHE_START_SERVER: '1',
		SCCACHE_LOG: 'info',
		SCCACHE_DIR: '/var/cache/sccache/cache',
		SCCACHE_MAX_FRAME_LENGTH: '104857600',
		SCCACHE_SERVER_PORT: '4227',
		SCCACHE_CACHE_SIZE: '21474836480',
		SCCACHE_IDLE_TIMEOUT: '0',
	});
	t.like(config, {
		noDaemon: true,
		cacheDir: '/var/cache/sccache/cache',
		port: 4227,
		cacheSizeBytes: 20 * 1024 ** 3,
		idleTimeoutS: 0,
	});
	t.deepEqual(config.dist?.schedulerUrls, ['http://192.0.2.1:10600/']);
	t.deepEqual(config.notYet, []);
});

/** A variable and the file's key for the same setting, each with a value of its own. */
const bothWays: readonly [Environment, string, keyof ClientConfig, unknown, unknown][] = [
	[{SCCACHE_DIR: '/env'}, '[cache.disk]\ndir = "/file"', 'cacheDir', '/env', '/file'],
	[{SCCACHE_CACHE_SIZE: '1K'}, '[cache.disk]\nsize = "2K"', 'cacheSizeBytes', 1024, 2048],
	[
		{SCCACHE_LOCAL_RW_MODE: 'READ_ONLY'},
		'[cache.disk]\nrw_mode = "READ_WRITE"',
		'rwMode',
		'READ_ONLY',
		'READ_WRITE',
	],
	[
		{SCCACHE_DIRECT: 'on'},
		'[cache.disk.preprocessor_cache_mode]\nuse_preprocessor_cache_mode = false',
		'directMode',
		true,
		false,
	],
	[{SCCACHE_WORKERS: '3'}, '[daemon]\nworkers = 2', 'workers', 3, 2],
];

for (const [env, text, key, fromEnv, fromFile] of bothWays) {
	test(`${Object.keys(env)[0]} beats the file's ${key}`, t => {
		t.deepEqual(load(text)[key], fromFile);
		t.deepEqual(load(text, env)[key], fromEnv);
	});
}

test('whatever a file holds: a configuration or a CONFIG_INVALID', t => {
	const names = ['cache', 'disk', 'size', 'dist', 'auth', 'token', 'type', 'toolchains'];
	const path = write('');
	fc.assert(
		fc.property(fc.oneof(garbage(names), nearly(names)), fc.boolean(), (text, json) => {
			const file = json ? `${path}.json` : path;
			writeFileSync(file, text);
			return isConfigOrError(() => loadClientConfig({SCCACHE_CONF: file}));
		}),
		{numRuns: 1500},
	);
	t.pass();
});

test('whatever the variables hold: a configuration or a CONFIG_INVALID', t => {
	const names = [
		...['SCCACHE_CACHE_SIZE', 'SCCACHE_SERVER_PORT', 'SCCACHE_DIRECT', 'SCCACHE_IDLE_TIMEOUT'],
		...['SCCACHE_BASEDIRS', 'SCCACHE_WORKERS', 'SCCACHE_LOCAL_RW_MODE', 'XDG_CONFIG_HOME'],
	];
	const environments = fc.dictionary(fc.constantFrom(...names), fc.string());
	fc.assert(
		fc.property(environments, env => {
			return isConfigOrError(() => loadClientConfig({HOME: folder, ...env}));
		}),
	);
	t.pass();
});
