import {writeFileSync} from 'node:fs';
import {inspect} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {makeServerToken} from '../../src/auth/server-token.js';
import {loadServerConfig} from '../../src/config/server-config.js';
import {garbage, isConfigOrError, nearly} from './garbage.js';
import {failure, write} from './place.js';

const load = (text: string) => loadServerConfig(write(text));

const gibibyte = 1024 ** 3;
const tokenFor = (address: string) => makeServerToken(address, Buffer.alloc(32, 1));

const top = `public_addr = "192.0.2.7:10501"
cache_dir = "/var/cache/toolchains"
scheduler_url = "192.0.2.1:10600"
`;
const builder =
	'[builder]\ntype = "overlay"\nbuild_dir = "/var/cache/build"\nbwrap_path = "/usr/bin/bwrap"\n';
const auth = '[scheduler_auth]\ntype = "token"\ntoken = "shared"\n';

test("the wiki's file", async t => {
	const token = await tokenFor('192.0.2.7:10501');
	const config = load(`public_addr = "192.0.2.7:10501"
toolchain_cache_size = 10737418240
cache_dir = "/var/cache/sccache/builder/toolchains"
scheduler_url = "192.0.2.1:10600"

[builder]
type = "overlay"
build_dir = "/var/cache/sccache/builder/build"
bwrap_path = "/usr/bin/bwrap"

[scheduler_auth]
type = "jwt_token"
token = "${token}" # Generate on scheduler host
`);
	const {schedulerAuth, file: _file, ...others} = config;
	t.deepEqual(others, {
		publicAddress: '192.0.2.7:10501',
		bindAddress: '192.0.2.7:10501',
		cacheDir: '/var/cache/sccache/builder/toolchains',
		toolchainCacheSizeBytes: 10 * gibibyte,
		resultCacheSizeBytes: 2 * gibibyte,
		schedulerUrls: ['http://192.0.2.1:10600/'],
		builder: {
			type: 'overlay',
			buildDir: '/var/cache/sccache/builder/build',
			bwrapPath: '/usr/bin/bwrap',
		},
		maxJobs: undefined,
		nice: undefined,
		limits: {
			wallMs: 1_200_000,
			memoryBytes: undefined,
			processes: 512,
			openFiles: 1024,
			outputSizeBytes: gibibyte,
		},
		memoryPerJobBytes: gibibyte / 2,
		metricsToken: undefined,
		warnings: [],
	});
	t.true(schedulerAuth.type === 'jwt_token' && schedulerAuth.token.reveal() === token);
	t.true(Object.isFrozen(config) && Object.isFrozen(config.limits));
	t.notRegex(JSON.stringify(config) + inspect(config, {depth: 9}), /eyJ/);
});

test('all that is ours, and names for addresses', t => {
	const config = load(`public_addr = "Build.example:10501"
bind_address = "[::]:10501"
cache_dir = "/t"
scheduler_url = "https://farm.example"
toolchain_cache_size = "20G"
result_cache_size = 0
max_jobs = 6
nice = 10
memory_per_job = "1.5G"

[limits]
wall_seconds = 60
memory = "2G"
processes = 64
open_files = 256
output_size = 1000
${builder}[scheduler_auth]
type = "DANGEROUSLY_INSECURE"
`);
	t.like(config, {
		publicAddress: 'build.example:10501',
		bindAddress: '[::]:10501',
		schedulerUrls: ['https://farm.example/'],
		schedulerAuth: {type: 'DANGEROUSLY_INSECURE'},
		toolchainCacheSizeBytes: 20 * gibibyte,
		resultCacheSizeBytes: 0,
		maxJobs: 6,
		nice: 10,
		memoryPerJobBytes: 1.5 * gibibyte,
		limits: {
			wallMs: 60_000,
			memoryBytes: 2 * gibibyte,
			processes: 64,
			openFiles: 256,
			outputSizeBytes: 1000,
		},
	});
});

test("the scheduler's URL needs no scheme, be its host an address or a name", t => {
	const url = (text: string) =>
		load(`public_addr = "h:1"\ncache_dir = "/t"\nscheduler_url = "${text}"\n${builder}${auth}`)
			.schedulerUrls[0];
	t.is(url('farm.example:10600'), 'http://farm.example:10600/');
	t.is(url('[2001:db8::1]:10600'), 'http://[2001:db8::1]:10600/');
	t.is(url('http://farm.example:10600/'), 'http://farm.example:10600/');
	t.regex(
		failure(() => url('http://h/path')).message,
		/scheduler_url: expected a URL without a path/,
	);
	t.regex(
		failure(() => url('<public address of the scheduler host>:<port>')).message,
		/expected a URL/,
	);
});

test('builders that others have are refused by name, with the one that there is', t => {
	const other = (table: string) => failure(() => load(`${top}${auth}[builder]\n${table}`));
	for (const table of [
		'type = "docker"',
		'type = "pot"\npot_fs_root = "/opt/pot"\nclone_from = "t"\npot_cmd = "pot"\npot_clone_args = ["-i"]',
	]) {
		const {code, message, hint} = other(table);
		t.is(code, 'CONFIG_INVALID');
		t.regex(
			message,
			/:8: builder\.type: expected "overlay", the only builder here, found "(docker|pot)"$/,
		);
		t.is(hint, 'type = "overlay", with build_dir and bwrap_path');
	}
	t.regex(
		other('type = "chroot"').message,
		/expected "overlay" or "docker" or "pot", found "chroot"$/,
	);
});

test('a token must be for this very server', async t => {
	const withToken = (token: string, address = '192.0.2.7:10501') =>
		load(
			`public_addr = "${address}"\ncache_dir = "/t"\nscheduler_url = "s:1"\n${builder}[scheduler_auth]\ntype = "jwt_token"\ntoken = "${token}"\n`,
		);
	const other = await tokenFor('192.0.2.8:10501');
	const {code, message, hint} = failure(() => withToken(other));
	t.is(code, 'CONFIG_INVALID');
	t.regex(message, /the token is for 192\.0\.2\.8:10501, but public_addr is 192\.0\.2\.7:10501$/);
	t.regex(hint ?? '', /generate-jwt-hs256-server-token --server 192\.0\.2\.7:10501 /);
	t.false(message.includes(other));
	for (const token of [
		'nonsense',
		'a.b.c',
		`e30.${Buffer.from('{"server_id":7}').toString('base64url')}.x`,
	]) {
		const error = failure(() => withToken(token));
		t.regex(error.message, /not a token of a server$/);
		t.false(error.message.includes(token));
	}
	const v6 = await tokenFor('[2001:DB8:0::1]:1');
	t.is(withToken(v6, '[2001:db8::0:1]:1').publicAddress, '[2001:db8::1]:1');
	const file = write(`${await tokenFor('h:1')}\n`);
	const fromFile = load(
		`public_addr = "h:1"\ncache_dir = "/t"\nscheduler_url = "s:1"\n${builder}[scheduler_auth]\ntype = "jwt_token"\ntoken_file = "${file}"\n`,
	);
	t.is(fromFile.schedulerAuth.type, 'jwt_token');
});

test('what is missing, misspelt or out of range is told', t => {
	const messages: [string, RegExp][] = [
		[`${top}${auth}`, /: builder: expected a table, found nothing$/],
		[`${top}${builder}`, /: scheduler_auth: expected a table, found nothing$/],
		[`${top}max_job = 3\n${builder}${auth}`, /:4: unknown key max_job$/],
		[`${top}${builder}${auth}[limits]\nmemry = 1\n`, /:12: unknown key limits\.memry$/],
		[
			`${top}${builder}${auth}[limits]\nmemory = "much"\n`,
			/:12: limits\.memory: expected bytes, or a size/,
		],
		[`${top}nice = 20\n${builder}${auth}`, /:4: nice: expected at most 19, found 20$/],
		[`${top}max_jobs = 0\n${builder}${auth}`, /:4: max_jobs: expected at least 1, found 0$/],
		[`${top}${builder}build_root = "/"\n${auth}`, /:8: unknown key builder\.build_root$/],
	];
	for (const [text, message] of messages) t.regex(failure(() => load(text)).message, message);
});

test('a file that cannot be read', t => {
	const error = failure(() => loadServerConfig('/nowhere/at/all'));
	t.is(error.code, 'CONFIG_UNREADABLE');
	t.regex(error.message, /^Could not load config: /);
});

test('whatever the file holds: a configuration or an error of it', t => {
	const names = [
		...['public_addr', 'cache_dir', 'scheduler_url', 'scheduler_auth', 'builder', 'limits', 'type'],
		...['token', 'build_dir', 'bwrap_path', 'memory', 'max_jobs', 'memory_per_job'],
	];
	const [toml, json] = [write(''), write('', {extension: 'json'})];
	fc.assert(
		fc.property(fc.oneof(garbage(names), nearly(names)), fc.boolean(), (text, asJson) => {
			writeFileSync(asJson ? json : toml, text);
			return isConfigOrError(() => loadServerConfig(asJson ? json : toml));
		}),
		{numRuns: 1000},
	);
	t.pass();
});
