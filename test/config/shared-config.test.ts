import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {type ClientConfig, cacheLevels, cacheLocation} from '../../src/config/client-config.js';
import {loadClientConfig} from '../../src/config/load.js';
import {type SharedConfig, sharedSecrets, tierLocation} from '../../src/config/shared-config.js';
import {failure, folder, write} from './place.js';

function load(text: string, env: Readonly<Record<string, string>> = {}): ClientConfig {
	return loadClientConfig({HOME: '/home/u', SCCACHE_CONF: write(text, {}), ...env});
}

function secretFile(name: string, text: string, mode = 0o600): string {
	const path = join(folder, name);
	writeFileSync(path, text, {mode});
	chmodSync(path, mode);
	return path;
}

const only = ({shared}: ClientConfig) => {
	const [tier, ...others] = shared?.tiers ?? [];
	if (tier === undefined || others.length > 0) throw new Error('not one shared cache');
	return tier;
};

test('without a table or variable there is no shared cache', t => {
	const config = load('[cache.disk]\nsize = 1\n');
	t.is(config.shared, undefined);
	t.regex(cacheLocation(config), /^Local disk: /);
	t.deepEqual(cacheLevels(config), []);
});

test("upstream's example of Redis, key for key", t => {
	const config = load(`[cache.redis]
endpoint = "redis://127.0.0.1:6379"
username = "user"
password = "passwd"
db = 1
expiration = 3600
key_prefix = "/custom/prefix/if/need"
`);
	const tier = only(config);
	t.like(tier, {
		kind: 'redis',
		writable: true,
		keyPrefix: 'custom/prefix/if/need',
		topology: {kind: 'single', node: {host: '127.0.0.1', port: 6379}},
		tls: 'none',
		...{db: 1, ttlS: 3600, username: 'user'},
	});
	t.is(sharedSecrets(config.shared as SharedConfig).redisPassword, 'passwd');
	t.is(tierLocation(tier), 'redis, name: 127.0.0.1:6379, prefix: /custom/prefix/if/need/');
	t.is(cacheLocation(config), 'Multi-level (2 levels)');
});

test("a URL's user, password and database are used, and shown nowhere", t => {
	const config = load('', {SCCACHE_REDIS: 'rediss://alice:s%40same@[2001:db8::1]:6380/?db=12'});
	const tier = only(config);
	t.like(tier, {
		topology: {kind: 'single', node: {host: '2001:db8::1', port: 6380}},
		...{tls: 'verified', db: 12, username: 'alice'},
	});
	t.is(sharedSecrets(config.shared as SharedConfig).redisPassword, 's@same');
	t.false(JSON.stringify([config, cacheLevels(config)]).includes('same'));
});

test('addresses of Redis in every form', t => {
	const form = (endpoint: string) => only(load('', {SCCACHE_REDIS_ENDPOINT: endpoint}));
	const node = (host: string, port: number) => ({topology: {kind: 'single', node: {host, port}}});
	t.like(form('redis://h'), node('h', 6379));
	t.like(form('h:1234'), node('h', 1234));
	t.like(form('tcp://h:1234'), node('h', 1234));
	t.like(form('redis://h/3'), {...node('h', 6379), db: 3});
	t.like(form('rediss://h#insecure'), {...node('h', 6379), tls: 'unverified'});
	t.like(form('redis+unix:///run/r.sock?db=2'), {
		topology: {kind: 'single', node: {path: '/run/r.sock'}},
		db: 2,
	});
	const nodes = 'redis://a:1, b:2';
	t.deepEqual(
		only(load('', {SCCACHE_REDIS_CLUSTER_ENDPOINTS: nodes})).kind === 'redis' &&
			tierLocation(only(load('', {SCCACHE_REDIS_CLUSTER_ENDPOINTS: nodes}))),
		'redis, name: a:1,b:2, prefix: /',
	);
});

test('what is wrong with a shared cache is a warning without its secrets, and it is left out', t => {
	const wrong: readonly [text: string, warning: RegExp][] = [
		['[cache.redis]\nendpoint = "ftp://me:geheim@h"', /^cache\.redis\.endpoint: expected a URL/],
		['[cache.redis]\nendpoint = "redis://me:ge%heim@h"', /^cache\.redis\.endpoint: /],
		['[cache.redis]\nendpoint = "a"\ncluster_endpoints = "b"', /exclude each other/],
		['[cache.redis]\ncluster_endpoints = "b"\ndb = 1', /database 0 alone/],
		['[cache.redis]\nsentinel_endpoints = "b"', /sentinel_master: expected the name/],
		['[cache.redis]\nendpoint = "a"\npassword_file = "/nowhere"', /\/nowhere, for a secret/],
		['[cache.s3]\nregion = "a"', /^cache\.s3\.bucket: expected a name/],
		['[cache.s3]\nbucket = "a/b"', /^cache\.s3\.bucket: /],
		['[cache.s3]\nbucket = "b"\nendpoint = "http://u:geheim@h"', /^cache\.s3\.endpoint: /],
		['[cache.webdav]\nkey_prefix = "a"', /^cache\.webdav\.endpoint: expected a URL/],
		['[cache.webdav]\nendpoint = "davs://u:geheim@h"', /^cache\.webdav\.endpoint: /],
		['[cache.webdav]\nendpoint = "http://u:geheim@h"\ntoken = "t"', /found both/],
	];
	for (const [text, warning] of wrong) {
		const {shared, warnings} = load(`${text}\n`);
		t.is(shared, undefined, text);
		t.is(warnings.length, 1, `${text}: ${warnings.join('; ')}`);
		t.regex(warnings[0] ?? '', warning);
		t.regex(warnings[0] ?? '', /; going on without (?:redis|s3|webdav)$/);
		t.false(warnings.join().includes('heim'));
	}
});

test('S3: the endpoint in each form, and what comes with it', t => {
	const s3 = (text: string, env = {}) => only(load(`[cache.s3]\nbucket = "b"\n${text}`, env));
	t.like(s3(''), {
		endpoint: 'https://s3.us-east-1.amazonaws.com',
		region: 'us-east-1',
		writable: true,
	});
	t.like(s3('region = "eu-west-1"'), {endpoint: 'https://s3.eu-west-1.amazonaws.com'});
	t.like(s3('', {AWS_REGION: 'eu-west-2'}), {region: 'eu-west-2'});
	t.like(s3('endpoint = "h:9000"'), {endpoint: 'http://h:9000'});
	t.like(s3('endpoint = "h:9000"\nuse_ssl = true'), {endpoint: 'https://h:9000'});
	t.like(s3('endpoint = "https://h/s3/"'), {endpoint: 'https://h/s3'});
	t.like(s3('no_credentials = true'), {credentials: undefined});
	const file = secretFile('credentials', '[p]\n', 0o644);
	const named = load(`[cache.s3]\nbucket = "b"\nprofile = "p"\ncredentials_file = "${file}"\n`);
	t.like(only(named), {credentials: {profile: 'p', file}});
	t.regex(named.warnings.join(), /everyone can read it/);
	t.like(
		s3('', {
			SCCACHE_S3_RW_MODE: 'READ_ONLY',
			SCCACHE_S3_ENABLE_VIRTUAL_HOST_STYLE: 'true',
			SCCACHE_S3_SERVER_SIDE_ENCRYPTION: 'true',
			SCCACHE_S3_KEY_PREFIX: 'p',
		}),
		{writable: false, virtualHost: true, serverSideEncryption: true, keyPrefix: 'p'},
	);
	t.is(tierLocation(s3('key_prefix = "p"')), 's3, name: b, prefix: /p/');
});

test('WebDAV: layouts and logins', t => {
	const webdav = (text: string) =>
		load(`[cache.webdav]\nendpoint = "http://u:geheim@h/x"\n${text}`);
	const config = webdav('layout = "bazel"');
	t.like(only(config), {url: 'http://h/x/', layout: 'bazel', username: 'u'});
	t.is(sharedSecrets(config.shared as SharedConfig).webdavPassword, 'geheim');
	t.false(JSON.stringify(config).includes('geheim'));
	t.like(only(webdav('')), {layout: 'subdirs'});
	const token = secretFile('token', 'the token\n');
	const withToken = load(`[cache.webdav]\nendpoint = "http://h"\ntoken_file = "${token}"\n`);
	t.is(sharedSecrets(withToken.shared as SharedConfig).webdavToken, 'the token');
	t.regex(
		failure(() => webdav('layout = "deep"')).message,
		/expected "subdirs" or "flat" or "bazel"/,
	);
});

const three = `[cache.redis]
endpoint = "r"
[cache.s3]
bucket = "b"
[cache.webdav]
endpoint = "http://w"
`;

test('of several without a chain the first in the order of upstream is used, which is said', t => {
	const config = load(three);
	t.is(only(config).kind, 's3');
	t.regex(config.warnings.join(), /only s3 is used, and not redis and webdav/);
});

test('a chain names the levels in their order; what can’t be one is said and left out', t => {
	const chain = (names: string) => {
		const {shared, warnings} = load(three, {SCCACHE_MULTILEVEL_CHAIN: names});
		return {kinds: shared?.tiers.map(({kind}) => kind), warnings};
	};
	t.deepEqual(chain('disk,webdav, Redis,s3'), {kinds: ['webdav', 'redis', 's3'], warnings: []});
	t.deepEqual(chain('disk'), {kinds: undefined, warnings: []});
	t.deepEqual(chain('redis,redis').kinds, ['redis']);
	t.regex(chain('redis,disk').warnings.join(), /the disk comes first always/);
	t.regex(chain('disk,gcs,redis').warnings.join(), /gcs is not supported, and left out/);
	t.regex(chain('disk,floppy').warnings.join(), /there is no "floppy"/);
	const unset = load('[cache.multilevel]\nchain = ["disk", "redis"]\n');
	t.regex(unset.warnings.join(), /redis is not configured/);
});

test('the policy for writes is upstream’s, and l0 without one', t => {
	const policy = (env = {}) => load(three, env).shared?.writeErrorPolicy;
	t.is(policy(), 'l0');
	t.is(policy({SCCACHE_MULTILEVEL_WRITE_ERROR_POLICY: 'all'}), 'all');
	t.regex(
		failure(() => load(three, {SCCACHE_MULTILEVEL_WRITE_ERROR_POLICY: 'some'})).message,
		/^SCCACHE_MULTILEVEL_WRITE_ERROR_POLICY: /,
	);
});

test('without the key that should sign them shared caches are not used', t => {
	const load1 = (path: string) =>
		load(`[cache.redis]\nendpoint = "r"\n[cache.shared]\nsigning_key_file = "${path}"\n`);
	const good = load1(secretFile('signing', `${'k'.repeat(43)}\n`));
	t.is(sharedSecrets(good.shared as SharedConfig).signingKey, 'k'.repeat(43));
	t.deepEqual(good.warnings, []);
	for (const path of ['/nowhere', secretFile('short', 'short'), secretFile('empty', '')]) {
		const {shared, warnings} = load1(path);
		t.is(shared, undefined);
		t.regex(warnings.join(), /shared caches are not used without it/);
	}
	const exposed = load1(secretFile('open', `${'k'.repeat(43)}\n`, 0o644));
	t.regex(exposed.warnings.join(), /everyone can read it/);
});

test('a file whose address has a password in it is a file with a secret', t => {
	const path = write('[cache.redis]\nendpoint = "redis://:geheim@h"\n', {});
	chmodSync(path, 0o644);
	const {warnings} = loadClientConfig({HOME: '/home/u', SCCACHE_CONF: path});
	t.regex(warnings.join(), /holds a secret and everyone can read it/);
});

test('an address of the environment is not given the password of the file', t => {
	const config = load('[cache.redis]\nendpoint = "mine"\npassword = "geheim"\n', {
		SCCACHE_REDIS_ENDPOINT: 'theirs',
	});
	t.is(sharedSecrets(config.shared as SharedConfig).redisPassword, undefined);
});
