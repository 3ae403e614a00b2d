import {spawnSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import test from 'ava';
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

test('each program knows its version and its help, and refuses what it has not', t => {
	for (const name of ['sccache-dist', 'sccache-gentoo']) {
		t.regex(run(name, ['--version']).stdout, new RegExp(`^${name}/\\d`));
		t.regex(run(name, ['--help']).stdout, /USAGE/);
		const {code, stderr} = run(name, ['frobnicate']);
		t.is(code, 2, name);
		t.regex(stderr, /frobnicate/);
	}
});
