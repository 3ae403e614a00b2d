import {machine} from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {Connections} from '../../src/http/client.js';
import {decode, encode} from '../../src/protocol/dist/bincode.js';
import {extensionHeaders} from '../../src/protocol/dist/extensions.js';
import {
	allocJobResponse,
	serverCertificateResponse,
	toolchain,
} from '../../src/protocol/dist/messages.js';
import {certificatePath, schedulerRoutes} from '../../src/protocol/dist/routes.js';
import {loopback} from '../helpers/private-farm.js';
import {unableToRedis} from '../helpers/redis-process.js';
import {RedisServer} from '../helpers/redis-server.js';
import {until} from '../helpers/until.js';
import {
	type Distributing,
	nothingHere,
	startDistributing,
	unableToDistribute,
	untilDistributing,
} from './distributing.js';
import {Farm, settle} from './farm.js';
import {type Built, SmallBuild} from './small-build.js';

/** Two schedulers over one Redis, two build servers, and two clients, each of which prefers another scheduler. */

const unable = unableToDistribute() ?? unableToRedis();
const check = unable === undefined ? test.serial : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;

/** Of each server: two slots, and one job that waits, unless another server will be free sooner. */
const slots = 2;
const capacity = slots + 1;

let redis: RedisServer;
let distributing: Distributing;
let other: Farm;
let build: SmallBuild;
let otherBuild: SmallBuild;
let plain: Built;

test.before(async () => {
	if (unable !== undefined) return;
	redis = await RedisServer.start();
	distributing = await startDistributing({
		servers: [loopback, loopback],
		schedulerCount: 2,
		schedulerTables: `[redis]\nurl = "${redis.url}"`,
		serverLines: 'max_jobs = 2\nmemory_per_job = "32M"',
	});
	const {farm, servers} = distributing;
	const reversed = servers.schedulerUrls.toReversed();
	const conf = servers.clientFile('other', nothingHere, servers.clientToken, reversed);
	other = await Farm.start({SCCACHE_CONF: conf});
	build = new SmallBuild(farm);
	otherBuild = new SmallBuild(other);
	plain = await build.plain();
	for (const client of [farm, other]) {
		for (const compiler of ['gcc', 'g++']) await untilDistributing(client, compiler);
	}
});
test.after.always(async () => {
	await other?.close();
	await distributing?.close();
	await redis?.close();
});

/** Of each server, the most jobs that it had at a moment. */
async function watchServers(): Promise<() => Promise<readonly number[]>> {
	const {servers} = distributing;
	const connections = new Connections();
	const most = [0, 0];
	let isOver = false;
	const look = async (index: number) => {
		const address = servers.serverAddress(index);
		const known = new URL(certificatePath(address), servers.schedulerUrls[1]).href;
		const {body: certificate} = await connections.send({
			method: 'GET',
			url: known,
			timeoutMs: 5000,
		});
		const pin = decode(serverCertificateResponse, certificate).certDigest.toString('hex');
		while (!isOver) {
			const url = `https://${address}/metrics`;
			const {body} = await connections.send({method: 'GET', url, pin, timeoutMs: 5000});
			const value = (name: string) =>
				Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(body.toString())?.[1]);
			const jobs = value('sccache_server_running_jobs') + value('sccache_server_waiting_jobs');
			most[index] = Math.max(most[index] ?? 0, jobs);
			await sleep(10);
		}
	};
	const looking = Promise.all([look(0), look(1)]);
	return async () => {
		isOver = true;
		await looking;
		connections.close();
		return most;
	};
}

/** Both clients build; `happens` in the middle. How many of the first one's compiles were done by servers. */
async function bothBuild(t: ExecutionContext, happens: () => Promise<void> = async () => {}) {
	const {farm} = distributing;
	const watched = await watchServers();
	let failed: Readonly<Record<string, number>> = {};
	const counted = await farm.during(async () => {
		const counts = await other.during(async () => {
			const builds = [build.start().done, otherBuild.start().done];
			await sleep(700);
			await happens();
			for (const {code, output, objects} of await Promise.all(builds)) {
				t.is(code, 0, output);
				t.deepEqual([...objects.keys()], [...plain.objects.keys()]);
			}
		});
		failed = counts.failedServers;
	});
	const most = await watched();
	for (const jobs of most) t.true(jobs > 0 && jobs <= capacity, `${most}`);
	return {...counted, failedThere: {...failed, ...counted.failedServers}};
}

const given = (scheduler: string): number =>
	distributing.servers.said(scheduler).split('a job is given to a server').length - 1;

/** Asks a scheduler for so many jobs at once that nobody will run; the ids of those that it gave. */
async function allocate(url: string, count: number, waitMs: number): Promise<readonly number[]> {
	const connections = new Connections();
	try {
		const answers = await Promise.all(
			Array.from({length: count}, () =>
				connections.send({
					method: 'POST',
					url: `${url}${schedulerRoutes.allocJob}`,
					token: distributing.servers.clientToken,
					headers: {
						'content-type': 'application/octet-stream',
						[extensionHeaders.job]: JSON.stringify({arch: machine(), waitMs, memoryBytes: 1e6}),
					},
					body: encode(toolchain, {archiveId: 'ab'.repeat(32)}),
					timeoutMs: 30_000,
				}),
			),
		);
		return answers.flatMap(({body}) => {
			const answer = decode(allocJobResponse, body);
			return answer.kind === 'Success' ? [answer.value.jobAlloc.jobId] : [];
		});
	} finally {
		connections.close();
	}
}

/** Once no job is under way, as many as there are slots, and gives them back; how many there were. */
async function takeAllSlots(url: string): Promise<number> {
	await until(() => distributing.servers.status(url).in_progress === 0);
	const jobs = await allocate(url, 2 * slots, 20_000);
	const connections = new Connections();
	const token = distributing.servers.clientToken;
	try {
		for (const job of jobs) {
			const path = `${url}${schedulerRoutes.job}/${job}`;
			await connections.send({method: 'DELETE', url: path, token, timeoutMs: 5000});
		}
		return jobs.length;
	} finally {
		connections.close();
	}
}

async function compilesAway(t: ExecutionContext, farm: Farm, name: string): Promise<void> {
	farm.write(`ones/${name}.c`, `int ${name};\n`);
	settle();
	const {away} = await farm.during(() => {
		t.is(farm.run('gcc', ['-c', `${name}.c`], {cwd: `${farm.work}/ones`}).code, 0);
	});
	t.is(away, 1, name);
}

check(`both schedulers give jobs, and servers get no more than they take${because}`, async t => {
	const before = [given('scheduler'), given('scheduler-1')] as const;
	const counted = await bothBuild(t);
	t.is(counted.away, plain.objects.size, JSON.stringify(counted));
	t.deepEqual(counted.failedThere, {}, 'no server was asked for more than it takes');
	t.true(given('scheduler') - before[0] >= plain.objects.size);
	t.true(given('scheduler-1') - before[1] >= plain.objects.size);
});

check(
	`a scheduler that is killed loses no build and no slot, and is used again${because}`,
	async t => {
		const {servers, farm} = distributing;
		const [first = '', second = ''] = servers.schedulerUrls;
		const counted = await bothBuild(t, async () => {
			await servers.end('scheduler', 'SIGKILL');
		});
		t.is(counted.away, plain.objects.size, JSON.stringify(counted));
		await compilesAway(t, farm, 'after_the_kill');
		t.is(await takeAllSlots(second), 2 * slots, 'all slots are free');

		servers.startScheduler(0);
		await servers.untilServers(2);
		const before = given('scheduler');
		let sources = 0;
		await until(async () => {
			await compilesAway(t, farm, `again_${++sources}`);
			return given('scheduler') > before;
		});
		t.is(await takeAllSlots(first), 2 * slots);
	},
);

check(
	`jobs that a killed scheduler gave, and that nobody began, are given again${because}`,
	async t => {
		const {servers} = distributing;
		const [first = '', second = ''] = servers.schedulerUrls;
		t.is((await allocate(first, 2 * slots, 20_000)).length, 2 * slots);
		await until(() => servers.status(second).in_progress === 2 * slots);
		await servers.end('scheduler', 'SIGKILL');
		t.is(await takeAllSlots(second), 2 * slots);
		servers.startScheduler(0);
		await servers.untilServers(2);
	},
);

check(`Redis is killed in the middle of a build, and comes back${because}`, async t => {
	const {servers} = distributing;
	const counted = await bothBuild(t, () => redis.kill());
	t.is(counted.away + Object.values(counted.stayed).reduce((sum, n) => sum + n, 0), 30);
	for (const name of ['scheduler', 'scheduler-1']) {
		await until(() => servers.said(name).includes('Redis is away'));
	}
	await redis.start();
	for (const name of ['scheduler', 'scheduler-1']) {
		await until(() => servers.said(name).includes('Redis is there again'));
	}
	t.is((await bothBuild(t)).away, plain.objects.size);
});

check(`both schedulers are started again in the middle of a build${because}`, async t => {
	const {servers, farm} = distributing;
	await bothBuild(t, async () => {
		for (const [index, name] of ['scheduler', 'scheduler-1'].entries()) {
			await servers.end(name, 'SIGKILL');
			servers.startScheduler(index);
		}
	});
	await servers.untilServers(2);
	await untilDistributing(farm, 'gcc');
	for (const url of servers.schedulerUrls) {
		t.is(await takeAllSlots(url), 2 * slots);
	}
});
