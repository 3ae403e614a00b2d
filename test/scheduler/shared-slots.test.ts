import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {unableToRedis} from '../helpers/redis-process.js';
import {RedisServer} from '../helpers/redis-server.js';
import {until} from '../helpers/until.js';
import {plainHeartbeat, type RunningScheduler, startScheduler} from './running-scheduler.js';

const unable = unableToRedis();
const withRedis = unable === undefined ? test : test.skip;
const because = unable === undefined ? '' : ` (${unable})`;

const server = '127.0.0.1:10501';
/** Of two slots. */
const capacity = 3;

/** Two schedulers, and one server that speaks to both. */
async function pair(t: ExecutionContext, redisUrl?: string) {
	const said: string[] = [];
	const schedulers = [
		await startScheduler(t, said, undefined, redisUrl),
		await startScheduler(t, said, undefined, redisUrl),
	] as const;
	const all = (say: (scheduler: RunningScheduler) => Promise<unknown>) =>
		Promise.all(schedulers.map(say));
	await all(scheduler => scheduler.heartbeat(server));
	await all(scheduler => scheduler.status(server));
	// Each has looked at the ledger once.
	await sleep(400);
	const [first, second] = schedulers;
	return {first, second, all, said};
}

const withRedisServer = async (t: ExecutionContext, password?: string) => {
	const redis = await RedisServer.start(password);
	t.teardown(() => redis.close());
	return redis;
};

async function give(scheduler: RunningScheduler, count: number): Promise<readonly number[]> {
	const answers = await Promise.all(
		Array.from({length: count}, () => scheduler.allocate({waitMs: 0})),
	);
	return answers.flatMap(answer =>
		answer.kind === 'Success' ? [answer.value.jobAlloc.jobId] : [],
	);
}

const inProgress = async (scheduler: RunningScheduler): Promise<number> => {
	const {body} = await scheduler.send({
		method: 'GET',
		path: '/api/v1/scheduler/status',
		headers: {accept: 'application/json'},
	});
	return (JSON.parse(body.toString()) as {in_progress: number}).in_progress;
};

withRedis(`two that are asked at once give a server no more than it takes${because}`, async t => {
	const redis = await withRedisServer(t);
	const {first, second, all} = await pair(t, redis.url);
	for (let round = 0; round < 5; round++) {
		const given = (await Promise.all([give(first, 20), give(second, 20)])).flat();
		t.is(given.length, capacity);
		t.is(new Set(given).size, capacity);
		for (const job of given) {
			await all(scheduler => scheduler.report(server, job, 'Complete', {actualMs: 10}));
		}
	}
	await until(async () => (await inProgress(first)) + (await inProgress(second)) === 0);
});

withRedis(`what one gives the other counts, until it is over${because}`, async t => {
	const redis = await withRedisServer(t);
	const {first, second} = await pair(t, redis.url);
	const [job = 0] = await give(first, 1);
	await until(async () => (await inProgress(second)) === 1);
	// Its client takes it back from the one that still answers.
	await second.send({
		method: 'DELETE',
		path: `/api/v1/scheduler/job/${job}`,
		token: 'the token of all clients',
	});
	t.is(await inProgress(second), 0);
	t.is((await give(second, 20)).length, capacity);
});

withRedis(`who waits at one gets the place that a job of the other leaves${because}`, async t => {
	const redis = await withRedisServer(t);
	const {first, second, all} = await pair(t, redis.url);
	const [job = 0] = await give(first, capacity);
	const waits = second.allocate({waitMs: 10_000});
	await sleep(300);
	await all(scheduler => scheduler.report(server, job, 'Complete', {actualMs: 10}));
	t.is((await waits).kind, 'Success');
});

withRedis(
	`jobs of a scheduler that is gone end when their server has not got them${because}`,
	async t => {
		const redis = await withRedisServer(t);
		const {first, second} = await pair(t, redis.url);
		const given = await give(first, capacity);
		const [begun = 0] = given;
		await until(async () => (await inProgress(second)) === capacity);
		await first.close();
		// Its sign of life is taken away; then the others are looked at.
		second.advance(6000);
		await until(async () => {
			await second.status(server, {running: 1, jobs: [begun]});
			return (await inProgress(second)) < capacity;
		});
		t.is(await inProgress(second), 1, 'the one that runs still counts');
		t.is((await give(second, 20)).length, capacity - 1);
	},
);

withRedis(
	`without Redis they go on and say so; with it again they share again${because}`,
	async t => {
		const redis = await withRedisServer(t, 'a-password-of-redis');
		const {first, second, all, said} = await pair(t, redis.url);
		await redis.kill();
		await until(() => said.filter(line => line.includes('Redis is away')).length === 2);
		const given = await give(first, 2);
		t.is(given.length, 2);
		await redis.start();
		await until(() => said.filter(line => line.includes('Redis is there again')).length === 2);
		await until(async () => (await inProgress(second)) === 2);
		t.is((await give(second, 20)).length, capacity - 2);
		t.false(said.join('\n').includes('a-password-of-redis'));
		for (const job of given) await all(scheduler => scheduler.report(server, job, 'Complete'));
	},
);

withRedis(`a Redis that does not answer holds nobody up for long${because}`, async t => {
	const redis = await withRedisServer(t);
	const {first, said} = await pair(t, redis.url);
	redis.pause();
	t.is((await give(first, 20)).length, capacity);
	t.true(said.some(line => line.includes('Redis is away')));
	redis.resume();
	await until(() => said.some(line => line.includes('Redis is there again')));
});

withRedis(`a server that was started again has all its places${because}`, async t => {
	const redis = await withRedisServer(t);
	const {first, second, all} = await pair(t, redis.url);
	await give(first, capacity);
	await all(scheduler => scheduler.heartbeat(server, {...plainHeartbeat, serverNonce: 2n}));
	await all(scheduler => scheduler.status(server));
	t.is((await give(second, 20)).length, capacity);
});

test('without a ledger, the server says what it has from others', async t => {
	const {first, second} = await pair(t);
	const [job = 0] = await give(first, 1);
	await second.status(server, {running: 1, jobs: [job]});
	t.is(await inProgress(second), 1);
	t.is((await give(second, 20)).length, capacity - 1);
	await second.status(server, {running: 0, jobs: []});
	t.is(await inProgress(second), capacity - 1, 'those that it gave itself are still to come');
	t.is(await inProgress(first), 1);
});

test('a job that has just ended does not come back by an older status', async t => {
	const {first} = await pair(t);
	const [job = 0] = await give(first, 1);
	await first.report(server, job, 'Complete', {actualMs: 10});
	await first.status(server, {running: 1, jobs: [job]});
	t.is(await inProgress(first), 0);
});
