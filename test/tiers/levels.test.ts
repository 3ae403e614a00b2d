import {spawnSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {realPath} from '../e2e/farm.js';
import {unableToRedis} from '../helpers/redis-process.js';
import {Hosts, tierCounts, untilCounted} from './hosts.js';
import {startRedis} from './redis-server.js';
import {startWebdav, unableToWebdav} from './webdav-server.js';

/** What lies between the disk and the stores: their order, who may write, and what becomes of all that at the end. */

const unable = unableToRedis() ?? unableToWebdav();
const check = unable === undefined ? test.serial : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;

const source = '#include <stdio.h>\nint f(void) { return puts("part"); }\n';
const args = ['-O1', '-g', '-c', 'main.c', '-o', 'main.o'];

check(`what is found in a farther level goes to the nearer ones${because}`, async t => {
	const redis = await startRedis();
	const webdav = await startWebdav();
	const both = {...redis.env, ...webdav.env, SCCACHE_MULTILEVEL_CHAIN: 'disk,redis,webdav'};
	const hosts = await Hosts.start(webdav.env, both, redis.env);
	t.teardown(async () => {
		await hosts.close();
		await redis.stop();
		await webdav.stop();
	});
	hosts.write('main.c', source);
	const run = (index: number) =>
		hosts.host(index).during(() => {
			hosts.remove('main.o');
			hosts.host(index).run('gcc', args, {cwd: hosts.work});
		});
	t.is((await run(0)).misses, 1);
	await untilCounted(hosts.host(0), 'webdav', ({writes}) => writes === 2);
	t.is((await run(1)).directHits, 1);
	t.like(await untilCounted(hosts.host(1), 'redis', ({writes}) => writes === 2), {
		...{hits: 0, misses: 1, backfillsTo: 1},
	});
	t.like(await tierCounts(hosts.host(1), 'webdav'), {hits: 1, writes: 0});
	t.is((await run(2)).directHits, 1);
	t.is((await tierCounts(hosts.host(2), 'redis')).hits, 1);
	const {stdout} = hosts.host(1).sccache(['--show-stats']);
	t.regex(stdout, /^Cache location +Multi-level \(3 levels\)$/m);
	t.regex(
		stdout,
		new RegExp(`^ +L1 \\(redis\\) +redis, name: 127.0.0.1:${redis.port}, prefix: /$`, 'm'),
	);
	t.regex(stdout, /^ +L2 \(webdav\) hits +1$/m);
});

check(`a level that is READ_ONLY is read, and never written${because}`, async t => {
	const redis = await startRedis();
	const reader = {...redis.env, SCCACHE_REDIS_RW_MODE: 'READ_ONLY'};
	const hosts = await Hosts.start(redis.env, reader);
	t.teardown(async () => {
		await hosts.close();
		await redis.stop();
	});
	hosts.write('main.c', source);
	const [writes, reads] = [hosts.host(0), hosts.host(1)];
	const options = {cwd: hosts.work};
	writes.run('gcc', args, options);
	await untilCounted(writes, 'redis', counts => counts.writes === 2);
	t.is((await reads.during(() => void reads.run('gcc', args, options))).directHits, 1);
	hosts.write('main.c', `${source}int g;\n`);
	t.is((await reads.during(() => void reads.run('gcc', args, options))).misses, 1);
	await reads.stopDaemon();
	t.is((await redis.objects()).size, 2);
});

check(`a daemon that ends writes what it still has to write${because}`, async t => {
	const redis = await startRedis();
	const hosts = await Hosts.start(redis.env);
	t.teardown(async () => {
		await hosts.close();
		await redis.stop();
	});
	const host = hosts.host(0);
	for (let index = 0; index < 10; index++) {
		hosts.write(`c${index}.c`, `${source}int v${index};\n`);
		host.run('gcc', ['-c', `c${index}.c`], {cwd: hosts.work});
	}
	await host.stopDaemon();
	t.is((await redis.objects()).size, 20);
});

check(`the next version of a package, on another host, is hits as well${because}`, async t => {
	const redis = await startRedis();
	const hosts = await Hosts.start(redis.env, redis.env);
	t.teardown(async () => {
		await hosts.close();
		await redis.stop();
	});
	const [first, second] = [hosts.host(0), hosts.host(1)];
	const compile = (host: typeof first, version: string) => {
		const folder = `dev-libs/foo-${version}`;
		hosts.write(`${folder}/work/foo-${version}/part.h`, '#define PART "part"\n');
		hosts.write(
			`${folder}/work/foo-${version}/main.c`,
			`#include "part.h"\n${source.replace('"part"', 'PART')}`,
		);
		const cwd = join(hosts.work, folder, 'work', `foo-${version}`);
		const env = {PORTAGE_BUILDDIR: join(hosts.work, folder)};
		return host.during(() => void host.run('gcc', ['-O1', '-c', 'main.c'], {cwd, env}));
	};
	t.is((await compile(first, '1')).misses, 1);
	await untilCounted(first, 'redis', ({writes}) => writes === 2);
	t.is((await compile(second, '2')).directHits, 1);
	const object = (version: string) =>
		hosts.read(`dev-libs/foo-${version}/work/foo-${version}/main.o`);
	t.deepEqual(object('2'), object('1'));
	// From the disk, too, where it is now.
	t.is((await compile(second, '3')).directHits, 1);
	t.is((await tierCounts(second, 'redis')).hits, 1);
});

check(`a compile without direct mode is found by its preprocessed text${because}`, async t => {
	const redis = await startRedis();
	const env = {...redis.env, SCCACHE_DIRECT: 'false'};
	const hosts = await Hosts.start(env, env);
	t.teardown(async () => {
		await hosts.close();
		await redis.stop();
	});
	hosts.write('main.c', source);
	const [first, second] = [hosts.host(0), hosts.host(1)];
	const options = {cwd: hosts.work};
	first.run('gcc', args, options);
	const expected = hosts.read('main.o');
	await untilCounted(first, 'redis', ({writes}) => writes === 1);
	hosts.remove('main.o');
	t.is((await second.during(() => void second.run('gcc', args, options))).preprocessedHits, 1);
	t.deepEqual(hosts.read('main.o'), expected);
});

for (const [layout, pattern] of [
	['subdirs', /^[0-9a-f]{2}\/[0-9a-f]{62}$/],
	['flat', /^[0-9a-f]{64}$/],
	['bazel', /^ac\/[0-9a-f]{64}$/],
] as const) {
	check(`WebDAV with the layout ${layout}, behind a password${because}`, async t => {
		const login = {username: 'me', password: 'geheim'};
		const webdav = await startWebdav(login);
		const hosts = await Hosts.start({}, {}, {});
		t.teardown(async () => {
			await hosts.close();
			await webdav.stop();
		});
		for (const [index, password] of ['geheim', 'geheim', 'gehsteig'].entries()) {
			const host = hosts.host(index);
			const secret = join(host.root, 'password');
			writeFileSync(secret, password, {mode: 0o600});
			mkdirSync(join(host.root, '.config/sccache'), {recursive: true});
			writeFileSync(
				join(host.root, '.config/sccache/config'),
				`[cache.webdav]
endpoint = "http://127.0.0.1:${webdav.port}/"
username = "me"
password_file = "${secret}"
layout = "${layout}"
key_prefix = "a b/c"
`,
			);
			await host.stopDaemon();
			await host.startDaemon({SCCACHE_LOG: 'trace'});
		}
		hosts.write('main.c', source);
		const options = {cwd: hosts.work};
		const [first, second, stranger] = [hosts.host(0), hosts.host(1), hosts.host(2)];
		first.run('gcc', args, options);
		await untilCounted(first, 'webdav', ({writes}) => writes === 2);
		const names = [...(await webdav.objects()).keys()].map(name => name.replace('a b/c/', ''));
		t.is(names.length, 2);
		for (const name of names) t.regex(name, pattern);
		t.is((await second.during(() => void second.run('gcc', args, options))).directHits, 1);
		t.is((await stranger.during(() => void stranger.run('gcc', args, options))).misses, 1);
		const counts = await untilCounted(stranger, 'webdav', ({writeErrors}) => writeErrors > 0);
		// lighttpd takes its time to say no.
		t.true(counts.errors + counts.timeouts > 0);
		for (const host of [first, stranger]) {
			await host.stopDaemon();
			const said = host.daemonSaid + host.sccache(['--show-stats']).stdout;
			t.regex(said, /webdav/);
			t.notRegex(said, /geh(?:eim|steig)|Z2Vo/);
		}
	});
}

const rustc = spawnSync('rustc', ['--version'], {env: {...process.env}}).status === 0;
const checkRust = rustc && unable === undefined ? test.serial : test.skip;

checkRust(`a crate is shared as well${rustc ? because : ' (rustc is not installed)'}`, async t => {
	const redis = await startRedis();
	const hosts = await Hosts.start(redis.env, redis.env);
	t.teardown(async () => {
		await hosts.close();
		await redis.stop();
	});
	hosts.write('lib.rs', 'pub fn f(x: u32) -> u32 { x.wrapping_mul(3) }\n');
	const compile = (index: number) =>
		hosts.host(index).during(() => {
			hosts.remove('libshared.rlib');
			const host = hosts.host(index);
			const emit = ['--crate-type', 'lib', '--emit=link,dep-info', '--out-dir', '.'];
			const ran = host.run(
				join(host.root, 'sccache'),
				['rustc', '--crate-name', 'shared', ...emit, 'lib.rs'],
				{
					cwd: hosts.work,
					env: {PATH: `${process.env.PATH ?? ''}:${realPath}`, HOME: process.env.HOME},
				},
			);
			t.is(ran.code, 0, ran.stderr);
		});
	t.is((await compile(0)).misses, 1);
	const expected = hosts.read('libshared.rlib');
	await untilCounted(hosts.host(0), 'redis', ({writes}) => writes === 2);
	t.is((await compile(1)).directHits, 1);
	t.deepEqual(hosts.read('libshared.rlib'), expected);
});
