import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {program, realPath} from '../e2e/farm.js';

/** `sccache-dist` and `sccache-gentoo` as built. */

function run(name: string, args: readonly string[], env: Record<string, string> = {}) {
	const {status, stdout, stderr} = spawnSync(join(dirname(program), name), args, {
		encoding: 'utf8',
		env: {PATH: `${dirname(process.execPath)}:${realPath}`, HOME: '/nonexistent', ...env},
	});
	return {code: status, stdout, stderr};
}

test('a shared token: 256 random bits unless told, URL-safe', t => {
	const [one, two] = [0, 1].map(() => run('sccache-dist', ['auth', 'generate-shared-token']));
	t.regex(one?.stdout ?? '', /^[\w-]{43}\n$/);
	t.not(one?.stdout, two?.stdout);
	const long = run('sccache-dist', ['auth', 'generate-shared-token', '--bits', '4096']);
	t.is(Buffer.from(long.stdout.trim(), 'base64url').length, 512);
	for (const bits of ['0', '63', '65', '4104', '-8', 'many', '1e3']) {
		const {code, stdout, stderr} = run('sccache-dist', [
			'auth',
			'generate-shared-token',
			`--bits=${bits}`,
		]);
		t.is(code, 2, bits);
		t.is(stdout, '');
		t.regex(stderr.replace(/\s+[›»]?\s*/g, ' '), /multiple of 8 from 64 to 4096/, bits);
	}
});

test('a key for server tokens: 32 random bytes', t => {
	const {code, stdout} = run('sccache-dist', ['auth', 'generate-jwt-hs256-key']);
	t.is(code, 0);
	t.is(Buffer.from(stdout.trim(), 'base64url').length, 32);
});

const serverToken = (...args: readonly string[]) =>
	run('sccache-dist', ['auth', 'generate-jwt-hs256-server-token', ...args]);

const key = Buffer.alloc(32, 0xfb).toString('base64url');

function claimsOf(token: string): unknown {
	const [, claims = '', ...rest] = token.trim().split('.');
	return rest.length === 1 ? JSON.parse(Buffer.from(claims, 'base64url').toString()) : undefined;
}

function schedulerFile(folder: string, serverAuth: string): string {
	const path = join(folder, 'scheduler.conf');
	const clientAuth = '[client_auth]\ntype = "token"\ntoken = "hushhush"\n';
	writeFileSync(
		path,
		`public_addr = "192.0.2.1:10600"\n${clientAuth}[server_auth]\n${serverAuth}\n`,
		{
			mode: 0o600,
		},
	);
	return path;
}

function folderOf(t: ExecutionContext): string {
	const folder = mkdtempSync(join(tmpdir(), 'commands-test-'));
	t.teardown(() => rmSync(folder, {recursive: true}));
	return folder;
}

test('a server token is the same wherever the key comes from', t => {
	const folder = folderOf(t);
	const keyFile = join(folder, 'key');
	writeFileSync(keyFile, `${key}\n`, {mode: 0o600});
	const server = ['--server', '192.0.2.7:10501'];
	const inline = schedulerFile(folder, `type = "jwt_hs256"\nsecret_key = "${key}"`);
	const tokens = [
		serverToken(...server, '--secret-key', key),
		serverToken(...server, '--secret-key-file', keyFile),
		serverToken(...server, '--config', inline),
		serverToken(
			...server,
			'--config',
			schedulerFile(folder, `type = "jwt_hs256"\nsecret_key_file = "${keyFile}"`),
		),
	];
	for (const {code, stdout, stderr} of tokens) {
		t.is(code, 0);
		t.is(stderr, '');
		t.is(stdout, tokens[0]?.stdout ?? '');
	}
	t.deepEqual(claimsOf(tokens[0]?.stdout ?? ''), {exp: 0, server_id: '192.0.2.7:10501'});
	const named = serverToken('--server', 'Build.example:10501', '--secret-key', key);
	t.deepEqual(claimsOf(named.stdout), {exp: 0, server_id: 'build.example:10501'});
});

test('a server token: exactly one key, and an address with a port', t => {
	const wrong: (readonly string[])[] = [
		['--server', '192.0.2.7:1'],
		['--server', '192.0.2.7:1', '--secret-key', key, '--config', '/c'],
		['--server', '192.0.2.7:1', '--secret-key', key, '--secret-key-file', '/c'],
		['--server', '192.0.2.7', '--secret-key', key],
		['--secret-key', key],
	];
	for (const args of wrong) {
		const {code, stdout, stderr} = serverToken(...args);
		t.is(code, 2, args.join(' '));
		t.is(stdout, '');
		t.false(stderr.includes(key));
	}
});

test("a server token: what is wrong with the key or its file is told, in upstream's words", t => {
	const folder = folderOf(t);
	const server = ['--server', '192.0.2.7:1'];
	const short = serverToken(...server, '--secret-key', 'c2hvcnQ');
	t.is(short.code, 2);
	t.regex(short.stderr, /Size of secret key incorrect/);
	t.notRegex(short.stderr, /c2hvcnQ/);
	const shared = schedulerFile(folder, 'type = "token"\ntoken = "hushhush"');
	const other = serverToken(...server, '--config', shared);
	t.is(other.code, 1);
	t.regex(other.stderr, /Scheduler not configured with JWT HS256/);
	t.notRegex(other.stderr, /hushhush/);
	const missing = serverToken(...server, '--config', '/nowhere/at/all');
	t.is(missing.code, 1);
	t.regex(missing.stderr, /Could not load config/);
	t.is(missing.stdout, '');
});

test("config check prints the client's, a scheduler's or a build server's, and no secret", t => {
	const folder = folderOf(t);
	const client = join(folder, 'client.conf');
	const dist = '[dist]\nscheduler_url = "http://192.0.2.1:10600"\n';
	writeFileSync(client, `${dist}[dist.auth]\ntype = "token"\ntoken = "hushhush"\n`, {mode: 0o600});
	const scheduler = schedulerFile(folder, `type = "jwt_hs256"\nsecret_key = "${key}"`);
	const server = join(folder, 'server.conf');
	writeFileSync(
		server,
		`public_addr = "192.0.2.7:10501"
cache_dir = "/t"
scheduler_url = "192.0.2.1:10600"
builder = {type = "overlay", build_dir = "/b", bwrap_path = "/usr/bin/bwrap"}
scheduler_auth = {type = "token", token = "hushhush"}
`,
		{mode: 0o600},
	);
	const all: [readonly string[], Record<string, string>, object][] = [
		[
			[],
			{SCCACHE_CONF: client},
			{dist: {schedulerUrls: ['http://192.0.2.1:10600/'], token: '(secret)'}},
		],
		[['--scheduler', scheduler], {}, {serverAuth: {type: 'jwt_hs256', secretKey: '(secret)'}}],
		[['--server', server], {}, {schedulerAuth: {type: 'token', token: '(secret)'}}],
	];
	for (const [args, env, expected] of all) {
		const text = run('sccache-gentoo', ['config', 'check', ...args], env);
		const json = run('sccache-gentoo', ['config', 'check', '--json', ...args], env);
		t.is(text.code, 0, text.stderr);
		t.like(JSON.parse(json.stdout), expected);
		for (const secret of ['hushhush', key]) {
			t.false((text.stdout + text.stderr + json.stdout + json.stderr).includes(secret));
		}
	}
	const short = schedulerFile(folder, 'type = "jwt_hs256"\nsecret_key = "c2hvcnQ"');
	const {code, stderr} = run('sccache-gentoo', ['config', 'check', '--scheduler', short]);
	t.is(code, 2);
	t.regex(stderr, /Size of secret key incorrect/);
});

test('config check prints what the variables come to, or says what is wrong', t => {
	const good = run('sccache-gentoo', ['config', 'check', '--json'], {SCCACHE_CACHE_SIZE: '3G'});
	t.is(good.code, 0, good.stderr);
	t.is(JSON.parse(good.stdout).cacheSizeBytes, 3 * 1024 ** 3);
	const text = run('sccache-gentoo', ['config', 'check'], {SCCACHE_CACHE_SIZE: '3G'});
	t.regex(text.stdout, /^cacheSizeBytes +3221225472$/m);
	const wrong = run('sccache-gentoo', ['config', 'check'], {SCCACHE_CACHE_SIZE: 'large'});
	t.is(wrong.code, 2);
	t.regex(wrong.stderr, /SCCACHE_CACHE_SIZE/);
});

test("config check looks where the client's service does, and fails when it has a warning", t => {
	const asService = run('sccache-gentoo', ['config', 'check', '--json']);
	t.is(asService.code, 0, asService.stderr);
	t.like(JSON.parse(asService.stdout), {
		cacheDir: '/var/cache/sccache/cache',
		cacheSizeBytes: 20 * 1024 ** 3,
	});
	const file = join(folderOf(t), 'client.conf');
	writeFileSync(file, '[cache.disk]\nsize = "50G"\n');
	const check = ['config', 'check'];
	const beaten = run('sccache-gentoo', check, {SCCACHE_CONF: file});
	t.is(beaten.code, 1);
	t.regex(
		beaten.stderr.replace(/\s+[›»]?\s*/g, ' '),
		/cache\.disk\.size has no effect: SCCACHE_CACHE_SIZE is set/,
	);
	t.regex(beaten.stdout, /^cacheSizeBytes +21474836480$/m);
	const same = run('sccache-gentoo', check, {SCCACHE_CONF: file, SCCACHE_CACHE_SIZE: '50G'});
	t.is(same.code, 0, same.stderr);
});

test('each program knows its version and its help, and refuses what it has not', t => {
	for (const name of ['sccache-dist', 'sccache-gentoo']) {
		t.regex(run(name, ['--version']).stdout, new RegExp(`^${name}/\\d`));
		t.regex(run(name, ['--help']).stdout, /USAGE/);
		const {code, stderr} = run(name, ['frobnicate']);
		t.is(code, 2, name);
		t.regex(stderr, /frobnicate/);
	}
});

test('arguments that a command does not take: its usage, and 2', t => {
	const wrong = [
		['sccache-gentoo', 'stats', '--bogus'],
		['sccache-gentoo', 'why', 'a.c', 'extra'],
		['sccache-gentoo', 'cache', 'import'],
		['sccache-dist', 'server', '--bogus'],
	] as const;
	for (const [name, ...args] of wrong) {
		const {code, stdout, stderr} = run(name, args);
		const about = `${name} ${args.join(' ')}`;
		t.is(code, 2, about);
		t.regex(stdout + stderr, /USAGE/, about);
		t.regex(stderr, /bogus|extra|Missing 1 required arg/, about);
		t.notRegex(stdout + stderr, /^ +at /m, about);
	}
});
