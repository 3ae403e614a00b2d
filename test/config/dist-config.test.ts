import {inspect} from 'node:util';
import test from 'ava';
import {loadClientConfig} from '../../src/config/load.js';
import type {Environment} from '../../src/config/parse-variables.js';
import {failure, write} from './place.js';

const load = (text: string, env: Environment = {}) =>
	loadClientConfig({HOME: '/home/u', SCCACHE_CONF: write(text), ...env});

const url = '[dist]\nscheduler_url = "192.0.2.1:10600"\n';

test("the wiki's file", t => {
	const config = load(`[dist]
scheduler_url = "http://192.0.2.1:10600"
toolchains = []
toolchain_cache_size = 5368709120
cache_dir = "/var/cache/sccache/cache/sccache-dist-client"

[dist.auth]
type = "token"
token = "hushhush" # Generated with "sccache-dist auth generate-shared-token"
`);
	t.like(config.dist, {
		schedulerUrls: ['http://192.0.2.1:10600/'],
		cacheDir: '/var/cache/sccache/cache/sccache-dist-client',
		toolchainCacheSizeBytes: 5 * 1024 ** 3,
		toolchains: [],
		rewriteIncludesOnly: false,
	});
	t.is(config.dist?.token?.reveal(), 'hushhush');
	t.deepEqual(config.warnings, []);
	t.deepEqual(config.notYet, []);
	t.true(Object.isFrozen(config.dist));
	t.notRegex(JSON.stringify(config) + inspect(config, {depth: 9, showHidden: true}), /hushhush/);
});

test('without a scheduler nothing is distributed, and nothing asked for', t => {
	t.is(load('').dist, undefined);
	const other = load('[dist.auth]\ntype = "token"\ntoken_file = "/nowhere/at/all"\n');
	t.is(other.dist, undefined);
	t.deepEqual(other.warnings, []);
});

test("upstream's defaults", t => {
	const {dist} = load(url);
	t.is(dist?.token?.reveal(), 'dangerously_insecure_client');
	t.is(dist?.cacheDir, '/home/u/.cache/sccache-dist-client');
	t.is(dist?.toolchainCacheSizeBytes, 10 * 1024 ** 3);
	t.is(load(url, {XDG_CACHE_HOME: '/x'}).dist?.cacheDir, '/x/sccache-dist-client');
});

const noDist = '[[dist.toolchains]]\ntype = "no_dist"\ncompiler_executable = "/usr/bin/gcc"\n';
const override = `[[dist.toolchains]]
type = "path_override"
compiler_executable = "/usr/bin/clang"
archive = "/a.tar.gz"
archive_compiler_executable = "/bin/clang"
`;

test('compilers that stay here, and compilers with an archive of their own', t => {
	const {dist} = load(`${url}rewrite_includes_only = true\n${noDist}${override}`);
	t.true(dist?.rewriteIncludesOnly);
	t.deepEqual(dist?.toolchains, [
		{type: 'no_dist', compilerExecutable: '/usr/bin/gcc'},
		{
			type: 'path_override',
			compilerExecutable: '/usr/bin/clang',
			archive: '/a.tar.gz',
			archiveCompilerExecutable: '/bin/clang',
		},
	]);
});

test('one compiler named twice: nothing is distributed, and it is said why', t => {
	for (const again of [noDist, override.replace('/usr/bin/clang', '/usr/bin/gcc')]) {
		const {dist, warnings} = load(`${url}${noDist}${again}`);
		t.is(dist, undefined);
		t.regex(warnings.join('\n'), /^dist\.toolchains names \/usr\/bin\/gcc twice; not distributing/);
	}
});

test("the token from a file; one that can't be had is no failure", t => {
	const withFile = (path: string) =>
		load(`${url}[dist.auth]\ntype = "token"\ntoken_file = "${path}"\n`);
	const good = withFile(write('hushhush\n'));
	t.is(good.dist?.token?.reveal(), 'hushhush');
	t.deepEqual(good.warnings, []);
	const path = write('hushhush\n', {mode: 0o644});
	t.deepEqual(withFile(path).warnings, [
		`${path} holds a secret and everyone can read it: chmod o-r ${path}`,
	]);
	for (const wrong of ['/nowhere/at/all', write('')]) {
		const {dist, warnings} = withFile(wrong);
		t.deepEqual(dist?.schedulerUrls, ['http://192.0.2.1:10600/']);
		t.is(dist?.token, undefined);
		t.regex(warnings.join('\n'), /^dist\.auth: .*; not distributing without a token$/);
	}
	const both = failure(() =>
		load('[dist.auth]\ntype = "token"\ntoken = "hush"\ntoken_file = "/k"'),
	);
	t.regex(both.message, /dist\.auth\.token: expected either this or token_file, found both$/);
});

test('a file with a token that everyone can read draws a warning', t => {
	const path = write(`${url}[dist.auth]\ntype = "token"\ntoken = "hush"\n`, {mode: 0o644});
	const {warnings} = loadClientConfig({SCCACHE_CONF: path});
	t.deepEqual(warnings, [`${path} holds a secret and everyone can read it: chmod o-r ${path}`]);
	const harmless = write(url, {mode: 0o644});
	t.deepEqual(loadClientConfig({SCCACHE_CONF: harmless}).warnings, []);
});

const oauth = [
	'type = "oauth2_implicit"\nclient_id = "c"\nauth_url = "https://a.example/authorize"\n',
	'type = "oauth2_code_grant_pkce"\nclient_id = "c"\nauth_url = "https://a.example/authorize"\ntoken_url = "https://a.example/t"\n',
];

test("OAuth's token is the one that upstream's client has kept", t => {
	const cached = write('[dist.auth_tokens]\n"https://a.example/authorize" = "hushhush"\n');
	for (const auth of oauth) {
		const text = `${url}[dist.auth]\n${auth}`;
		const {dist, warnings, notYet} = load(text, {SCCACHE_CACHED_CONF: cached});
		t.is(dist?.token?.reveal(), 'hushhush');
		t.deepEqual([...warnings, ...notYet], []);
	}
});

test('OAuth without a kept token draws a warning, and is no failure', t => {
	const text = `${url}[dist.auth]\n${oauth[0]}`;
	const files = [
		'/nowhere/at/all',
		write(''),
		write('[dist.auth_tokens]\n"https://b.example/" = "hush"\n'),
		write('[dist]\nauth_tokens = 5\n'),
		write('= hush ='),
	];
	for (const cached of files) {
		const {dist, warnings} = load(text, {SCCACHE_CACHED_CONF: cached});
		t.is(dist?.token, undefined);
		t.is(warnings.length, 1);
		t.regex(warnings[0] ?? '', /^dist\.auth: .*; not distributing without a token$/);
		t.notRegex(warnings[0] ?? '', /hush/);
	}
	t.regex(load(text).warnings[0] ?? '', /\/home\/u\/\.config\/sccache\/cached-config/);
});
