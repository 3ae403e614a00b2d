import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import type {JobFacts} from '../../src/placement/facts.js';
import {encode} from '../../src/protocol/dist/bincode.js';
import {extensionHeaders} from '../../src/protocol/dist/extensions.js';
import {toolchain} from '../../src/protocol/dist/messages.js';
import {schedulerRoutes} from '../../src/protocol/dist/routes.js';
import {unknownSubject} from '../../src/scheduler/job.js';
import {Waiting} from '../../src/scheduler/waiting.js';
import {allocated, archiveId, clientToken, plainPin, startScheduler} from './running-scheduler.js';

const facts: JobFacts = {
	toolchain: archiveId,
	arch: 'x86_64',
	memoryBytes: undefined,
	predictedMs: undefined,
	inputsBytes: undefined,
	avoid: new Set(),
	links: new Map(),
};

/** Jobs that take what room there is for their architecture. */
function line(room: Record<string, number>) {
	const waiting = new Waiting();
	const served: string[] = [];
	const add = (name: string, {arch = 'x86_64', deadlineMs = 1000} = {}) =>
		waiting.add({
			client: name.slice(0, 1),
			wanted: {...facts, arch},
			...{subject: unknownSubject, sinceMs: 0, number: waiting.nextNumber()},
			deadlineMs,
			tryNow: () => {
				if ((room[arch] ?? 0) === 0) return false;
				room[arch] = (room[arch] ?? 0) - 1;
				served.push(name);
				return true;
			},
			giveUp: () => served.push(`${name} gave up`),
		});
	return {waiting, served, add, room};
}

test('clients take turns, however many jobs one has; a client keeps its order', t => {
	const {waiting, served, add, room} = line({x86_64: 0});
	for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) add(name);
	for (let n = 0; n < 7; n++) {
		room.x86_64 = 1;
		waiting.proceed();
	}
	t.deepEqual(served, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
	t.is(waiting.size, 0);
});

test('a job that fits nowhere holds up none of another kind, and nobody overtakes his own kind', t => {
	const {waiting, served, add, room} = line({x86_64: 0, aarch64: 2});
	add('a1');
	add('a2', {arch: 'aarch64'});
	t.deepEqual(served, ['a2']);
	room.x86_64 = 1;
	add('b1');
	t.deepEqual(served, ['a2'], 'a1 was before');
	waiting.proceed();
	t.deepEqual(served, ['a2', 'a1']);
});

test('whoever is not served by his deadline gives up', t => {
	const {waiting, served, add} = line({});
	add('a1', {deadlineMs: 100});
	add('b1', {deadlineMs: 200});
	waiting.expire(150);
	t.deepEqual(served, ['a1 gave up']);
	t.is(waiting.size, 1);
});

test('a client of v1 waits two seconds at most, and is told in its own words', async t => {
	const {heartbeat, allocate, advance} = await startScheduler(t);
	await heartbeat('127.0.0.1:10501', {numCpus: 1});
	for (let n = 0; n < 2; n++) await allocate();
	const answer = allocate();
	await sleep(100);
	advance(2000);
	t.deepEqual(await answer, {
		kind: 'Fail',
		value: {msg: 'Insufficient capacity across 1 available servers'},
	});
});

test('a client that waits is served as soon as a job ends', async t => {
	const {heartbeat, allocate, report} = await startScheduler(t);
	await heartbeat('127.0.0.1:10501', {numCpus: 1});
	const {jobId} = allocated(await allocate({}));
	await allocate({});
	t.is((await allocate({})).kind, 'Fail', 'no wait unless asked for');
	const answer = allocate({waitMs: 20_000});
	await sleep(50);
	await report('127.0.0.1:10501', jobId, 'Complete');
	t.true(allocated(await answer).jobId > jobId);
});

test('a client waits for servers only while they may come back after a start', async t => {
	const {allocate, heartbeat, advance} = await startScheduler(t);
	const answer = allocate({waitMs: 20_000});
	await sleep(50);
	await heartbeat('127.0.0.1:10501');
	t.is((await answer).kind, 'Success');
	advance(5000);
	const other = await allocate({
		waitMs: 20_000,
		arch: 's390x',
		avoid: {'127.0.0.1:10501': plainPin},
	});
	t.is(other.kind, 'Fail');
});

test('who has no time to wait is told at once, and served at once when there is room again', async t => {
	const {heartbeat, allocate, report} = await startScheduler(t);
	await heartbeat('127.0.0.1:10501', {numCpus: 1});
	const {jobId} = allocated(await allocate({}));
	await allocate({});
	const waits = allocate({waitMs: 20_000});
	await sleep(50);
	t.is((await allocate({})).kind, 'Fail', 'behind the one who waits');
	await report('127.0.0.1:10501', jobId, 'Complete');
	const served = allocated(await waits);
	await report('127.0.0.1:10501', served.jobId, 'Complete');
	t.is((await allocate({})).kind, 'Success');
});

test('a client that goes away waits no more', async t => {
	const {send, heartbeat, allocate, report} = await startScheduler(t);
	await heartbeat('127.0.0.1:10501', {numCpus: 1});
	const {jobId} = allocated(await allocate({}));
	await allocate({});
	const leaving = new AbortController();
	const gone = send({
		path: schedulerRoutes.allocJob,
		token: clientToken,
		headers: {
			'content-type': 'application/octet-stream',
			[extensionHeaders.job]: JSON.stringify({arch: 'x86_64', waitMs: 20_000}),
		},
		body: encode(toolchain, {archiveId}),
		signal: leaving.signal,
	});
	await sleep(100);
	leaving.abort();
	await t.throwsAsync(gone);
	const queued = async () => {
		const {body} = await send({method: 'GET', path: schedulerRoutes.servers, token: clientToken});
		return (JSON.parse(body.toString()) as {queued: number}).queued;
	};
	while ((await queued()) > 0) await sleep(20);
	await report('127.0.0.1:10501', jobId, 'Complete');
	t.is((await allocate({})).kind, 'Success', 'the room is for those who are there');
});

test('a scheduler that ends tells those who wait', async t => {
	const {heartbeat, allocate, refuse} = await startScheduler(t);
	await heartbeat('127.0.0.1:10501', {numCpus: 1});
	for (let n = 0; n < 2; n++) await allocate({});
	const answer = allocate({waitMs: 20_000});
	await sleep(50);
	refuse();
	t.is((await answer).kind, 'Fail');
});
