import {spawn} from 'node:child_process';
import {readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {createNetwork, type Network, unableToNetwork} from '../helpers/namespaces.js';
import type {Host} from '../helpers/private-farm.js';
import {until} from '../helpers/until.js';
import {seeded} from '../placement/random.js';
import {
	type Distributing,
	nothingHere,
	startDistributing,
	unableToDistribute,
	untilDistributing,
} from './distributing.js';
import {type Counted, Farm, settle, total} from './farm.js';
import {type Built, SmallBuild} from './small-build.js';

/** Whatever happens to the farm, a build succeeds, and its objects are right. Each daemon is on a machine of its own. */

const unable = unableToDistribute() ?? unableToNetwork();
const check = unable === undefined ? test.serial : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;

let network: Network;
let distributing: Distributing;
let build: SmallBuild;
let plain: Built;
let buildMs: number;
const random = seeded(20_261_125);

test.before(async () => {
	if (unable !== undefined) return;
	network = createNetwork(4);
	const [client, scheduler, ...servers] = network.hosts as readonly [Host, Host, ...Host[]];
	distributing = await startDistributing({
		scheduler,
		servers,
		enterClient: client.enter,
		// Broken while a file of this name lies beside it.
		bwrap: `#!/bin/sh
if [ -e "$(dirname "$0")/broken" ]; then echo broken >&2; exit 1; fi
exec /usr/bin/bwrap "$@"
`,
	});
	const {farm} = distributing;
	build = new SmallBuild(farm);
	plain = await build.plain();
	for (const compiler of ['gcc', 'g++']) await untilDistributing(farm, compiler);
	const startedMs = Date.now();
	await build.start().done;
	buildMs = Date.now() - startedMs;
});
test.after.always(async () => {
	await distributing?.close();
	network?.close();
});

/** A build during which something happens, and what was counted. */
async function builds(t: ExecutionContext, happens: () => Promise<void>): Promise<Counted> {
	const {farm} = distributing;
	return farm.during(async () => {
		const {done} = build.start();
		await sleep(random.unit() * 0.8 * buildMs);
		await happens();
		agrees(t, await done);
	});
}

function agrees(t: ExecutionContext, {code, output, objects}: Built, expected = plain): void {
	t.is(code, 0, output);
	t.deepEqual([...objects.keys()], [...expected.objects.keys()]);
	for (const [name, bytes] of expected.objects) t.true(objects.get(name) === bytes, name);
}

/** All that was asked for was made, by a server or here. */
function accounted(t: ExecutionContext, counted: Counted): void {
	t.is(counted.away + total(counted.stayed), plain.objects.size, JSON.stringify(counted));
}

let sources = 0;

/** One small compile; the object is right. */
async function compiles(
	t: ExecutionContext,
	farm: Farm = distributing.farm,
	compiler = 'gcc',
): Promise<Counted> {
	const name = `one-${++sources}`;
	farm.write(`ones/${name}.c`, `int one = ${sources};\n`);
	settle();
	const cwd = join(farm.work, 'ones');
	const args = ['-c', `${name}.c`];
	const counted = await farm.during(() => {
		t.is(farm.run(compiler, args, {cwd}).code, 0);
	});
	const object = farm.read(`ones/${name}.o`);
	farm.plain(compiler, args, {cwd});
	t.deepEqual(object, farm.read(`ones/${name}.o`));
	return counted;
}

check(`a whole build goes through two servers${because}`, async t => {
	const {servers} = distributing;
	const counted = await builds(t, async () => {});
	t.is(counted.away, plain.objects.size, JSON.stringify(counted));
	const addresses = [servers.serverAddress(0), servers.serverAddress(1)];
	t.deepEqual(Object.keys(counted.servers).sort(), addresses);
});

check(`headers that the servers have had are not sent again${because}`, async t => {
	const sent = async () => {
		const received = () =>
			network.hosts.slice(2).reduce((sum, host) => sum + network.receivedBytes(host), 0);
		const before = received();
		await builds(t, async () => {});
		return received() - before;
	};
	const {servers} = distributing;
	await sent();
	const againBytes = await sent();
	// They keep them in memory; the client learns of their restart by their certificates.
	for (const index of [0, 1]) {
		await servers.end(`server-${index}`);
		servers.startServer(index);
	}
	await servers.untilServers(2);
	await untilDistributing(distributing.farm, 'gcc');
	const anewBytes = await sent();
	t.true(anewBytes > 2 * againBytes, `${anewBytes} after a restart, ${againBytes} without`);
});

check(`SCCACHE_NO_CACHE: to a server, and not into the cache${because}`, async t => {
	const {farm} = distributing;
	farm.write('ones/uncached.c', 'int uncached;\n');
	settle();
	const cwd = join(farm.work, 'ones');
	const compile = (env = {}) =>
		farm.during(() => {
			t.is(farm.run('gcc', ['-c', 'uncached.c'], {cwd, env}).code, 0);
		});
	for (let times = 0; times < 2; times++) {
		const counted = await compile({SCCACHE_NO_CACHE: '1'});
		t.is(counted.away, 1);
		t.is(counted.reasons.SCCACHE_NO_CACHE, 1);
		t.is(counted.misses + counted.directHits + counted.preprocessedHits, 0);
	}
	const object = farm.read('ones/uncached.o');
	farm.plain('gcc', ['-c', 'uncached.c'], {cwd});
	t.deepEqual(object, farm.read('ones/uncached.o'));
	t.is((await compile()).misses, 1);
});

check(`the scheduler is restarted in the middle of a build${because}`, async t => {
	const {servers} = distributing;
	const counted = await builds(t, async () => {
		await servers.end('scheduler');
		servers.startScheduler();
		await servers.untilServers(2);
	});
	accounted(t, counted);
	t.deepEqual(counted.failedServers, {}, 'jobs that run are unharmed');
	await untilDistributing(distributing.farm, 'gcc');
});

check(`a server is restarted in the middle of a build${because}`, async t => {
	const {servers} = distributing;
	const counted = await builds(t, async () => {
		await servers.end('server-0');
		servers.startServer(0);
	});
	accounted(t, counted);
	await servers.untilServers(2);
});

for (const name of ['scheduler', 'server-0', 'server-1'] as const) {
	check(`kill -9 of ${name} in the middle of a build${because}`, async t => {
		const {servers, farm} = distributing;
		const counted = await builds(t, () => servers.end(name, 'SIGKILL'));
		accounted(t, counted);
		if (name === 'scheduler') servers.startScheduler();
		else servers.startServer(Number(name.slice(-1)));
		await servers.untilServers(2);
		await untilDistributing(farm, 'gcc');
	});
}

check(`kill -9 of the client's daemon in the middle of a build${because}`, async t => {
	const {farm} = distributing;
	const {done} = build.start();
	await sleep(random.unit() * 0.8 * buildMs);
	await farm.stopDaemon('SIGKILL');
	agrees(t, await done);
	await farm.startDaemon();
	await untilDistributing(farm, 'gcc');
});

check(`a compile that is interrupted is interrupted on its server${because}`, async t => {
	const {farm} = distributing;
	const interrupted = await longCompile(farm);
	interrupted.shim.kill('SIGINT');
	await until(() => processesWith(interrupted.mark).length === 0);

	const {shim, mark} = await longCompile(farm);
	await farm.stopDaemon('SIGKILL');
	// The compile goes on here, as the shim's child.
	const here = () => processesWith(mark).filter(({parent}) => parent === shim.pid);
	await until(() => here().length > 0);
	await until(() =>
		processesWith(mark).every(({pid, parent}) => pid === shim.pid || parent === shim.pid),
	);
	t.is(shim.exitCode, null);
	for (const pid of [...here().map(child => child.pid), shim.pid as number]) {
		process.kill(pid, 'SIGKILL');
	}
	await farm.startDaemon();
	await untilDistributing(farm, 'gcc');
});

check(`a toolchain that is lost on its servers is sent again${because}`, async t => {
	const {servers, farm} = distributing;
	for (const index of [0, 1]) {
		const place = join(servers.folder, `server-${index}`);
		rmSync(join(place, 'toolchains/tc'), {recursive: true});
		for (const name of readdirSync(join(place, 'build/toolchains'))) {
			rmSync(join(place, 'build/toolchains', name), {recursive: true});
		}
	}
	await compiles(t);
	await compiles(t);
	await untilDistributing(farm, 'gcc');
	t.is((await compiles(t)).away, 1);
});

check(`servers whose sandboxes fail are avoided, and compiles done here${because}`, async t => {
	const {servers, farm} = distributing;
	const broken = join(servers.folder, 'broken');
	writeFileSync(broken, '');
	try {
		const counted = await builds(t, async () => {});
		accounted(t, counted);
		t.true(total(counted.failedServers) > 0, JSON.stringify(counted));
		// The build may have taken longer than servers are avoided; each of these finds out about one of them again.
		for (let server = 0; server < 2; server++) await compiles(t);
		const after = await compiles(t);
		t.deepEqual(after.failedServers, {}, 'nobody asks them again at once');
		t.is(total(after.stayed), 1);
	} finally {
		rmSync(broken);
	}
	await forget(farm, servers);
	await untilDistributing(farm, 'gcc');
});

check(`without any server everything is compiled here${because}`, async t => {
	const {servers, farm} = distributing;
	await Promise.all([servers.end('server-0'), servers.end('server-1')]);
	const counted = await compiles(t);
	t.is(counted.away, 0);
	t.is(counted.misses, 1);
	t.is(total(counted.stayed), 1, JSON.stringify(counted));
	for (const index of [0, 1]) servers.startServer(index);
	await servers.untilServers(2);
	await forget(farm, servers);
	await untilDistributing(farm, 'gcc');
});

check(`a wrong token is nobody's trouble${because}`, async t => {
	const {servers} = distributing;
	const conf = servers.clientFile('wrong', nothingHere, 'c29tZSBvdGhlciB0b2tlbiBvZiBub2JvZHk');
	await withClient(conf, 0, async farm => {
		t.truthy(await untilReason(t, farm, /SCHEDULER_REFUSED|scheduler unreachable/));
	});
});

check(`a scheduler that takes connections and says nothing holds nobody up${because}`, async t => {
	const connections: {destroy(): void}[] = [];
	const silent = createServer(connection => {
		connections.push(connection.on('error', () => {}));
	});
	await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
	const {port} = silent.address() as {port: number};
	const {servers} = distributing;
	const conf = servers.clientFile('silent', '[daemon]\nlocal_slots = 1\nworkers = 1');
	const text = readFileSync(conf, 'utf8');
	writeFileSync(conf, text.replace(/http:[^"]*/, `http://127.0.0.1:${port}`));
	const farm = await Farm.start({SCCACHE_CONF: conf});
	try {
		const own = new SmallBuild(farm);
		const expected = await own.plain();
		const counted = await farm.during(async () => agrees(t, await own.start().done, expected));
		t.is(counted.away, 0);
		accounted(t, counted);
	} finally {
		await farm.close();
		for (const connection of connections) connection.destroy();
		silent.close();
	}
});

check(`a client that is a server too, with the scheduler elsewhere${because}`, async t => {
	const {servers} = distributing;
	await withClient(servers.clientFile('both', nothingHere), 2, async farm => {
		await untilDistributing(farm, 'gcc');
		t.is((await compiles(t, farm)).away, 1);
	});
});

check(`two equal clients at a server without toolchains: it is sent once${because}`, async t => {
	const {servers} = distributing;
	await Promise.all([servers.end('server-0'), servers.end('server-1')]);
	for (const part of ['toolchains', 'build/toolchains']) {
		rmSync(join(servers.folder, 'server-0', part), {recursive: true});
	}
	const names = ['east', 'west'] as const;
	const [east, west] = names.map(name => servers.clientFile(name, nothingHere)) as [string, string];
	const packed = () =>
		names.map(name => archivesIn(join(servers.folder, `${name}-toolchains/client/tc`)));
	await withClient(east, 0, async one =>
		withClient(west, 1, async other => {
			const clients = [one, other];
			for (const farm of clients) {
				for (const compiler of ['gcc', 'g++']) {
					t.truthy(await untilReason(t, farm, /SCHEDULER_REFUSED/, compiler));
				}
			}
			const [archives = new Map(), others] = packed();
			t.is(archives.size, 1);
			t.deepEqual(archives, others, 'equal machines, equal toolchains');
			servers.startServer(0);
			await servers.untilServers(1);
			const server = network.hosts[2] as Host;
			const projects = clients.map(farm => [farm, new SmallBuild(farm)] as const);
			/** What the server was sent while both clients built. */
			const sentBytes = async () => {
				const before = network.receivedBytes(server);
				await Promise.all(
					projects.map(async ([farm, own], index) => {
						const {away} = await farm.during(async () => {
							t.is((await own.start().done).code, 0, `client ${index}`);
						});
						t.is(away, 30);
					}),
				);
				return network.receivedBytes(server) - before;
			};
			const withToolchain = await sentBytes();
			const withoutToolchain = await sentBytes();
			const forToolchain = withToolchain - withoutToolchain;
			const sizeBytes = [...archives.values()].reduce((sum, size) => sum + size, 0);
			t.true(
				forToolchain > 0.8 * sizeBytes && forToolchain < 1.8 * sizeBytes,
				`${withToolchain} and ${withoutToolchain}, toolchain ${sizeBytes}`,
			);
		}),
	);
	const kept = readdirSync(join(servers.folder, 'server-0/build/toolchains'));
	t.is(kept.filter(name => /^[0-9a-f]{64}$/.test(name)).length, 1);
	servers.startServer(1);
	await servers.untilServers(2);
});

/** Sizes in bytes, by id. */
function archivesIn(folder: string): ReadonlyMap<string, number> {
	const names = readdirSync(folder, {recursive: true, encoding: 'utf8'});
	const archives = names.filter(name => /\/[0-9a-f]{64}$/.test(name)).sort();
	return new Map(archives.map(name => [name, statSync(join(folder, name)).size]));
}

/** Another client, on one of the hosts. */
async function withClient(
	conf: string,
	host: number,
	use: (farm: Farm) => Promise<void>,
): Promise<void> {
	const farm = await Farm.start({SCCACHE_CONF: conf}, network.hosts[host]?.enter);
	try {
		await use(farm);
	} finally {
		await farm.close();
	}
}

/** What the client and the scheduler hold against servers; else that takes half a minute. */
async function forget(farm: Farm, servers: Distributing['servers']): Promise<void> {
	await servers.end('scheduler');
	servers.startScheduler();
	await servers.untilServers(2);
	await farm.stopDaemon();
	await farm.startDaemon();
}

async function untilReason(
	t: ExecutionContext,
	farm: Farm,
	reason: RegExp,
	compiler = 'gcc',
): Promise<string | undefined> {
	for (let tries = 0; tries < 100; tries++) {
		const {stayed, away} = await compiles(t, farm, compiler);
		t.is(away, 0);
		const seen = Object.keys(stayed).find(name => reason.test(name));
		if (seen !== undefined) return seen;
		await sleep(200);
	}
	return undefined;
}

/** Minutes of work; it runs on a server when this resolves. */
async function longCompile(farm: Farm) {
	const mark = `MARK_${process.pid}_${++sources}`;
	farm.write(
		`long/${mark}.cc`,
		`constexpr long f(long n) { long s = 0; for (long i = 0; i < n; ++i) s += i % 7; return s; }
static_assert(f(2000000000) > 0);
`,
	);
	settle();
	const limits = ['-fconstexpr-loop-limit=2147483647', '-fconstexpr-ops-limit=9223372036854775807'];
	const shim = spawn('g++', ['-c', ...limits, `-D${mark}`, `${mark}.cc`], {
		cwd: join(farm.work, 'long'),
		env: farm.environment(),
		stdio: 'ignore',
	});
	await until(() => processesWith(mark).some(({name}) => name === 'cc1plus'));
	return {shim, mark};
}

/** Those that have the text among their arguments. */
function processesWith(text: string): readonly {pid: number; name: string; parent: number}[] {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.flatMap(pid => {
			try {
				if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)) return [];
				const [, name = '', parent] =
					/\((.*)\) . (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
				return [{pid: Number(pid), name, parent: Number(parent)}];
			} catch {
				return [];
			}
		});
}
