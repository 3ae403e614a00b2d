import {spawn, spawnSync} from 'node:child_process';
import {
	chmodSync,
	closeSync,
	existsSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Farm, program, settle} from './farm.js';

/** Whatever of ours is down, full or damaged: the build goes on, with the right object (DESIGN.md, promises 2 and 3). */

const withFarm =
	(body: (t: ExecutionContext, farm: Farm) => Promise<void>, env: Record<string, string> = {}) =>
	async (t: ExecutionContext) => {
		const farm = await Farm.start(env);
		try {
			await body(t, farm);
		} finally {
			await farm.close();
		}
	};

/** A compile that must give what the plain compiler gives. */
function compiles(t: ExecutionContext, farm: Farm, name = 'a', message?: string): void {
	const args = ['-O1', '-Wall', '-c', `${name}.c`, '-o', `${name}.o`];
	rmSync(join(farm.work, `${name}.o`), {force: true});
	const ran = farm.run('gcc', args);
	const object = existsSync(join(farm.work, `${name}.o`)) ? farm.read(`${name}.o`) : undefined;
	t.deepEqual(ran, farm.plain('gcc', args), message);
	t.deepEqual(object, farm.read(`${name}.o`), message);
}

function source(farm: Farm, name = 'a', value = 1): void {
	farm.write(`${name}.h`, `#define VALUE ${value}\n`);
	farm.write(`${name}.c`, `#include "${name}.h"\nint ${name}_value = VALUE;\nstatic int unused;\n`);
	settle();
}

function blobs(farm: Farm): readonly string[] {
	const folder = join(farm.cacheDir, 'blobs');
	return readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile())
		.map(entry => join(entry.parentPath, entry.name));
}

test(
	'without a daemon, and over a stale socket, the real compiler runs',
	withFarm(async (t, farm) => {
		source(farm);
		compiles(t, farm);
		await farm.stopDaemon('SIGKILL');
		t.true(existsSync(farm.socket));
		compiles(t, farm, 'a', 'stale socket');
		rmSync(farm.socket);
		compiles(t, farm, 'a', 'no socket');
		await farm.startDaemon();
		const counted = await farm.during(() => compiles(t, farm, 'a', 'daemon again'));
		t.is(counted.directHits, 1);
	}),
);

test(
	'a daemon that is killed while a compile runs costs nothing but the entry',
	withFarm(async (t, farm) => {
		farm.write(
			'slow.c',
			'#include <stdio.h>\n'.repeat(2000) +
				Array.from(
					{length: 3000},
					(_, n) => `int f${n}(int a) { return a * ${n} + a / 3; }\n`,
				).join(''),
		);
		settle();
		const child = spawn('gcc', ['-O2', '-c', 'slow.c'], {
			cwd: farm.work,
			env: farm.environment(),
			stdio: 'ignore',
		});
		const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
		await new Promise(resolve => setTimeout(resolve, 150));
		await farm.stopDaemon('SIGKILL');
		t.is(await ended, 0);
		const object = farm.read('slow.o');
		farm.plain('gcc', ['-O2', '-c', 'slow.c']);
		t.deepEqual(object, farm.read('slow.o'));
	}),
);

test(
	'a second daemon on the same socket says so and leaves the first one alone',
	withFarm(async (t, farm) => {
		const {status, stderr} = spawnSync(program, [], {
			env: {...farm.environment(), SCCACHE_START_SERVER: '1', SCCACHE_NO_DAEMON: '1'},
			encoding: 'utf8',
		});
		t.not(status, 0);
		t.regex(stderr, /another daemon/);
		source(farm);
		const counted = await farm.during(() => compiles(t, farm));
		t.is(counted.misses, 1);
	}),
);

test(
	'something else that listens on the socket does not hold up a build',
	withFarm(async (t, farm) => {
		await farm.stopDaemon();
		const impostor = createServer(socket =>
			socket.on('data', () => socket.write(Buffer.alloc(64, 0xff))),
		);
		rmSync(farm.socket, {force: true});
		await new Promise<void>(resolve => impostor.listen(farm.socket, resolve));
		source(farm);
		// The compiles block this thread, so the impostor accepts and never answers.
		const args = ['-O1', '-c', 'a.c'];
		const ran = farm.run('gcc', args, {env: {SCCACHE_SHIM_TIMEOUT_MS: '300'}});
		t.is(ran.code, 0, ran.stderr);
		impostor.close();
	}),
);

test(
	'the cache folder is deleted under the daemon',
	withFarm(async (t, farm) => {
		source(farm);
		compiles(t, farm);
		rmSync(farm.cacheDir, {recursive: true});
		compiles(t, farm, 'a', 'just deleted');
		source(farm, 'b', 2);
		compiles(t, farm, 'b');
		await new Promise(resolve => setTimeout(resolve, 1100));
		compiles(t, farm, 'b');
		const counted = await farm.during(() => compiles(t, farm, 'b'));
		t.is(counted.directHits, 1, JSON.stringify(counted));
	}),
);

test(
	'a damaged blob is a miss that heals itself',
	withFarm(async (t, farm) => {
		source(farm);
		compiles(t, farm);
		const [blob = ''] = blobs(farm);
		const bytes = readFileSync(blob);
		bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0x40;
		chmodSync(blob, 0o600);
		writeFileSync(blob, bytes);
		compiles(t, farm, 'a', 'flipped bit');
		const healed = await farm.during(() => compiles(t, farm));
		t.is(healed.directHits, 1);
		writeFileSync(blobs(farm)[0] as string, 'cut');
		compiles(t, farm, 'a', 'cut short');
		rmSync(blobs(farm)[0] as string);
		compiles(t, farm, 'a', 'gone');
	}),
);

for (const [what, damage] of [
	['garbage', (path: string) => writeFileSync(path, 'not a database')],
	['empty', (path: string) => writeFileSync(path, '')],
	[
		'overwritten in the middle',
		(path: string) => {
			const file = openSync(path, 'r+');
			writeSync(file, Buffer.alloc(8192, 0x5a), 0, 8192, 4096);
			closeSync(file);
		},
	],
] as const) {
	test(
		`a database that is ${what} is set aside and rebuilt from the blobs`,
		withFarm(async (t, farm) => {
			source(farm);
			compiles(t, farm);
			await farm.stopDaemon();
			for (const name of readdirSync(farm.cacheDir)) {
				if (/^index\.db-/.test(name)) {
					rmSync(join(farm.cacheDir, name));
				}
			}
			damage(join(farm.cacheDir, 'index.db'));
			await farm.startDaemon();
			const counted = await farm.during(() => compiles(t, farm));
			t.is(counted.directHits, 1, `${JSON.stringify(counted)} ${farm.daemonSaid}`);
		}),
	);
}

test(
	'a daemon that was killed finds everything it had stored',
	withFarm(async (t, farm) => {
		for (let index = 0; index < 5; index++) {
			source(farm, `k${index}`, index);
			compiles(t, farm, `k${index}`);
		}
		await farm.stopDaemon('SIGKILL');
		await farm.startDaemon();
		const counted = await farm.during(() => {
			for (let index = 0; index < 5; index++) {
				compiles(t, farm, `k${index}`);
			}
		});
		t.is(counted.directHits, 5, JSON.stringify(counted));
	}),
);

test(
	'read-only mode serves hits and writes nothing',
	withFarm(async (t, farm) => {
		source(farm);
		compiles(t, farm);
		await farm.stopDaemon();
		const entries = blobs(farm);
		await farm.startDaemon({SCCACHE_LOCAL_RW_MODE: 'READ_ONLY'});
		const counted = await farm.during(() => {
			compiles(t, farm);
			source(farm, 'b', 2);
			compiles(t, farm, 'b');
		});
		t.is(counted.directHits, 1);
		t.is(counted.misses, 1);
		t.deepEqual(blobs(farm), entries);
	}),
);

const mounts =
	spawnSync('sh', [
		'-c',
		'd=$(mktemp -d) && mount -t tmpfs -o size=64k none "$d" && umount "$d"; rmdir "$d"',
	]).status === 0;
const withMounts = mounts ? test : test.skip;

withMounts('a full disk stops the storing and not the building', async t => {
	const disk = spawnSync('mktemp', ['-d'], {encoding: 'utf8'}).stdout.trim();
	spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'none', disk]);
	const farm = await Farm.start({SCCACHE_DIR: join(disk, 'cache')});
	try {
		for (let index = 0; index < 6; index++) {
			const name = `full${index}`;
			farm.write(`${name}.h`, '');
			farm.write(`${name}.c`, `#include "${name}.h"\nchar big_${index}[200000] = {1};\n`);
			settle();
			compiles(t, farm, name);
			compiles(t, farm, name);
		}
	} finally {
		await farm.close();
		spawnSync('umount', ['-l', disk]);
		rmSync(disk, {recursive: true, force: true});
	}
});

withMounts('a cache folder that can not be written serves what it has', async t => {
	const farm = await Farm.start();
	try {
		source(farm);
		compiles(t, farm);
		await farm.stopDaemon();
		spawnSync('mount', ['--bind', farm.cacheDir, farm.cacheDir]);
		spawnSync('mount', ['-o', 'remount,ro,bind', farm.cacheDir]);
		await farm.startDaemon();
		compiles(t, farm);
		source(farm, 'b', 2);
		compiles(t, farm, 'b');
		compiles(t, farm, 'b');
	} finally {
		await farm.stopDaemon();
		spawnSync('umount', ['-l', farm.cacheDir]);
		await farm.close();
	}
});

test(
	'a cache folder that can not be made is an error once, and every build goes on',
	withFarm(
		async (t, farm) => {
			source(farm);
			compiles(t, farm);
			compiles(t, farm);
			t.is(farm.counts().directHits, 0);
		},
		{SCCACHE_DIR: '/proc/no/such/place'},
	),
);

test(
	'a compile in a folder that may not be written fails as without us',
	withFarm(async (t, farm) => {
		source(farm);
		mkdirSync(join(farm.work, 'sub'));
		const args = ['-c', 'a.c', '-o', '/proc/a.o'];
		t.deepEqual(farm.run('gcc', args), farm.plain('gcc', args));
	}),
);
