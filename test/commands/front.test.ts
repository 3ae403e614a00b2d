import {spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {Farm, program} from '../e2e/farm.js';

/** `sccache` as people and scripts call it. */

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
	farm.write('a.c', 'int a;\n');
	farm.write('a.cc', 'int a;\n');
	await new Promise(resolve => setTimeout(resolve, 50));
	for (let pass = 0; pass < 2; pass++) {
		farm.run('gcc', ['-c', 'a.c']);
		farm.run('g++', ['-c', 'a.cc']);
		farm.run('gcc', ['-c', 'a.c', '-save-temps']);
	}
});
test.after.always(() => farm?.close());

test('--help and --version say it on stdout', t => {
	const help = farm.sccache(['--help']);
	t.is(help.code, 0);
	for (const flag of ['--show-stats', '--zero-stats', '--start-server', '--dist-status']) {
		t.true(help.stdout.includes(flag), flag);
	}
	const version = farm.sccache(['--version']);
	t.regex(version.stdout, /^sccache \d+\.\d+\.\d+\n$/);
	t.is(version.stderr, '');
});

test("the JSON of statistics has every field of upstream's, with its types", t => {
	const {stdout, code} = farm.sccache(['--show-stats', '--stats-format=json']);
	t.is(code, 0);
	const shown = JSON.parse(stdout);
	t.deepEqual(Object.keys(shown).sort(), [
		'basedirs',
		'cache_location',
		'cache_size',
		'max_cache_size',
		'stats',
		'use_preprocessor_cache_mode',
		'version',
	]);
	t.is(shown.cache_location, `Local disk: "${farm.cacheDir}"`);
	t.true(shown.cache_size > 0);
	t.is(shown.max_cache_size, 10 * 1024 ** 3);
	const {stats} = shown;
	t.deepEqual(
		[stats.compile_requests, stats.requests_executed, stats.requests_not_cacheable],
		[6, 4, 2],
	);
	t.deepEqual(stats.cache_hits, {
		counts: {'C/C++': 2},
		adv_counts: {'c [gcc]': 1, 'c++ [gcc]': 1},
	});
	t.deepEqual(stats.cache_misses, stats.cache_hits);
	t.is(Object.values(stats.not_cached as Record<string, number>)[0], 2);
	for (const name of [
		'requests_unsupported_compiler',
		'requests_not_compile',
		'cache_timeouts',
		'cache_read_errors',
		'non_cacheable_compilations',
		'forced_recaches',
		'cache_write_errors',
		'cache_writes',
		'compilations',
		'compile_fails',
		'dist_errors',
	]) {
		t.true(Number.isInteger(stats[name]), name);
	}
	for (const name of [
		'cache_write_duration',
		'cache_read_hit_duration',
		'compiler_write_duration',
	]) {
		t.deepEqual(Object.keys(stats[name]), ['secs', 'nanos'], name);
		t.true(Number.isInteger(stats[name].nanos), name);
	}
	t.is(stats.cache_writes, 2);
	t.deepEqual(stats.dist_compiles, {});
});

test('the text of statistics: names to the left, figures to the right', t => {
	const lines = farm.sccache(['--show-stats']).stdout.split('\n');
	const line = (name: string) => lines.find(text => text.startsWith(`${name}  `));
	t.regex(line('Compile requests') ?? '', / 6$/);
	t.regex(line('Cache hits rate') ?? '', / 50\.00 %$/);
	t.regex(line('Cache hits (C/C++)') ?? '', / 2$/);
	t.regex(line('Non-cacheable calls') ?? '', / 2$/);
	t.regex(line('Max cache size') ?? '', / 10 GiB$/);
	t.regex(farm.sccache(['--show-adv-stats']).stdout, /^Cache hits \(c\+\+ \[gcc\]\) +1$/m);
});

test('--show-stats starts no daemon and makes no folder', t => {
	const nowhere = {
		SCCACHE_SERVER_UDS: join(farm.root, 'none.sock'),
		SCCACHE_DIR: join(farm.root, 'none'),
	};
	const {code, stdout, stderr} = farm.sccache(['--show-stats'], nowhere);
	t.is(code, 0, stderr);
	t.regex(stdout, /^Compile requests +0$/m);
	t.false(existsSync(nowhere.SCCACHE_SERVER_UDS));
	t.false(existsSync(nowhere.SCCACHE_DIR));
});

test('without a daemon the other actions say so', t => {
	const nowhere = {SCCACHE_SERVER_UDS: join(farm.root, 'none.sock')};
	for (const flag of ['--stop-server', '--debug-preprocessor-cache']) {
		const {code, stderr} = farm.sccache([flag], nowhere);
		t.is(code, 2, flag);
		t.regex(stderr, /couldn't connect to server/, flag);
	}
});

test('--debug-preprocessor-cache shows what direct mode knows', t => {
	const {code, stdout} = farm.sccache(['--debug-preprocessor-cache']);
	t.is(code, 0);
	t.regex(stdout, /[0-9a-f]{64}/);
});

test('--dist-status answers in JSON', t => {
	t.deepEqual(JSON.parse(farm.sccache(['--dist-status']).stdout), {Disabled: 'disabled'});
});

test('a second daemon on the same address is refused, the first goes on', t => {
	const {code, stderr} = farm.sccache(['--start-server']);
	t.is(code, 2);
	t.regex(stderr, /Address in use/);
	t.is(farm.counts().requests, 6);
});

test('wrong usage ends in 2 and says where help is', t => {
	const {code, stderr} = farm.sccache(['--show-stats', '--zero-stats']);
	t.is(code, 2);
	t.regex(stderr, /cannot be used with.*\n\n.*--help/);
});

test('settings for later features are named in one warning; the action goes on', t => {
	const {code, stdout, stderr} = farm.sccache(['--show-stats'], {
		SCCACHE_MEMCACHED: 'tcp://127.0.0.1:11211',
		SCCACHE_GCS_BUCKET: 'b',
	});
	t.is(code, 0);
	t.regex(stdout, /^Compile requests/);
	t.is(stderr, 'sccache: warning: not supported yet: SCCACHE_MEMCACHED, SCCACHE_GCS_BUCKET\n');
});

test('a key that is none: file, line, key and the nearest one', t => {
	const file = farm.write('wrong.toml', '[cache.disk]\nsiez = 3\n');
	const {code, stderr} = farm.sccache(['--show-stats'], {SCCACHE_CONF: file});
	t.is(code, 2);
	t.is(
		stderr,
		`sccache: error: ${file}:2: unknown key cache.disk.siez\n` +
			'sccache: hint: the nearest known key is cache.disk.size\n',
	);
	// The real compiler still runs.
	t.is(farm.run('gcc', ['-c', 'a.c'], {env: {SCCACHE_CONF: file}}).code, 0);
});

test('a daemon that gives no answer is an error, not a wait without end', async t => {
	const folder = mkdtempSync(join(tmpdir(), 'front-test-'));
	const socket = join(folder, 's');
	const server = createServer(connection => connection.end('nonsense'));
	await new Promise<void>(resolve => server.listen(socket, resolve));
	// Answered by this process: the front may not be waited for synchronously.
	const child = spawn(program, ['--zero-stats'], {
		env: {...farm.environment(), SCCACHE_SERVER_UDS: socket},
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	let said = '';
	child.stderr.on('data', chunk => {
		said += chunk;
	});
	const code = await new Promise(resolve => child.once('close', resolve));
	server.close();
	rmSync(folder, {recursive: true});
	t.is(code, 2, said);
	t.regex(said, /^sccache: error: the daemon gave no answer/);
});

test('who reads the output may stop reading', t => {
	const piped = `set -o pipefail; '${program}' --help | (exec 0<&-; sleep 1)`;
	const {status, stderr} = spawnSync('bash', ['-c', piped], {encoding: 'utf8'});
	t.is(stderr, '');
	t.is(status, 0);
});
