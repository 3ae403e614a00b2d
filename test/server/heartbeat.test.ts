import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {Connections} from '../../src/http/client.js';
import {Secret} from '../../src/lib/secret.js';
import type {ServerStatus} from '../../src/protocol/dist/extensions.js';
import {Heartbeat} from '../../src/server/heartbeat.js';
import {JobUpdates, stepsTo} from '../../src/server/job-updates.js';
import {Jobs} from '../../src/server/jobs.js';
import {nextBeat} from '../../src/server/next-beat.js';
import {SchedulerLink} from '../../src/server/scheduler-link.js';
import {until} from '../helpers/until.js';
import {logInto} from '../lib/said-log.js';
import {plainHeartbeat, plainStatus} from '../scheduler/running-scheduler.js';
import {StubScheduler} from './stub-scheduler.js';

function start(t: ExecutionContext, scheduler: StubScheduler) {
	const said: string[] = [];
	const connections = new Connections();
	const link = new SchedulerLink({
		connections,
		url: `${scheduler.url}/`,
		token: new Secret('127.0.0.1:1 the-token'),
	});
	let state: ServerStatus['state'] = 'up';
	const log = logInto(said);
	const heartbeat = new Heartbeat({
		link,
		beat: () => plainHeartbeat,
		status: () => ({...plainStatus, state}),
		now: Date.now,
		log,
	});
	heartbeat.start();
	t.teardown(async () => {
		await heartbeat.end();
		connections.close();
	});
	const drain = () => {
		state = 'draining';
		heartbeat.changed();
	};
	return {heartbeat, link, said, drain, log};
}

test('a scheduler of v1 gets heartbeats, and nothing that it does not know', async t => {
	const scheduler = await StubScheduler.start(t, 0);
	const {heartbeat, drain} = start(t, scheduler);
	await until(() => scheduler.heartbeats.length === 1);
	t.deepEqual(scheduler.heartbeat, plainHeartbeat);
	drain();
	await sleep(200);
	t.is(scheduler.heartbeats.length, 1);
	heartbeat.changed('heartbeat');
	await until(() => scheduler.heartbeats.length === 2);
	await heartbeat.end();
	t.deepEqual(scheduler.statuses, []);
	t.deepEqual([...scheduler.tokens], ['Bearer 127.0.0.1:1 the-token']);
});

test('one of ours hears how the server is as often as it likes, at once of a change, and of its end', async t => {
	const scheduler = await StubScheduler.start(t, 1);
	scheduler.nextMs = 30;
	const {heartbeat, drain} = start(t, scheduler);
	await until(() => scheduler.statuses.length >= 3);
	t.is(scheduler.heartbeats.length, 1);
	scheduler.nextMs = 60_000;
	const {length} = scheduler.statuses;
	await until(() => scheduler.statuses.length > length);
	await sleep(50);
	drain();
	await until(() => scheduler.statuses.at(-1)?.state === 'draining');
	await heartbeat.end();
	t.is(scheduler.statuses.at(-1)?.state, 'gone');
});

test('a scheduler that is started again hears of the server without delay, also one that does not know it', async t => {
	const scheduler = await StubScheduler.start(t, 1);
	scheduler.nextMs = 30;
	const {said} = start(t, scheduler);
	await until(() => scheduler.statuses.length > 0);
	scheduler.isKnown = false;
	await until(() => scheduler.heartbeats.length === 2);
	scheduler.isKnown = true;
	await until(() => scheduler.statuses.length > 4);
	const {port} = scheduler;
	await scheduler.close();
	await until(() => said.some(line => line.startsWith('<4>')));
	const second = await StubScheduler.start(t, 1, port);
	await until(() => second.heartbeats.length === 1 && second.statuses.length > 0);
	t.true(said.filter(line => line.startsWith('<4>')).length <= 2, 'each trouble is told once');
	t.false(said.join('').includes('the-token'));
});

test('what is said next, and when', t => {
	const facts = {spokeExtensions: true, sinceHeartbeatMs: 20_000};
	const failed = (said: 'heartbeat' | 'status', unreachable: boolean) =>
		({kind: 'failed', said, unreachable}) as const;
	const status = (known: boolean, nextMs: number) => ({kind: 'status', known, nextMs}) as const;
	const v1 = {...facts, spokeExtensions: false};
	t.deepEqual(nextBeat({kind: 'heartbeat', extensions: 0}, v1), {say: 'heartbeat', inMs: 30_000});
	t.deepEqual(nextBeat({kind: 'heartbeat', extensions: 1}, facts), {say: 'status', inMs: 0});
	t.deepEqual(nextBeat(status(true, 5000), facts), {say: 'status', inMs: 5000});
	t.deepEqual(nextBeat(status(true, 15_000), facts), {say: 'heartbeat', inMs: 10_000});
	t.deepEqual(nextBeat(status(false, 5000), facts), {say: 'heartbeat', inMs: 0});
	t.deepEqual(nextBeat(failed('status', false), facts), {say: 'heartbeat', inMs: 0});
	t.deepEqual(nextBeat(failed('heartbeat', true), facts), {say: 'heartbeat', inMs: 1000});
	t.deepEqual(nextBeat(failed('heartbeat', false), facts), {say: 'heartbeat', inMs: 10_000});
	t.deepEqual(nextBeat(failed('heartbeat', true), v1), {say: 'heartbeat', inMs: 10_000});
	const justBefore = {...facts, sinceHeartbeatMs: 100};
	t.is(nextBeat(status(false, 5000), justBefore).inMs, 900, 'no storm of heartbeats');
});

test('v1 is told each step of a job, ours the last; that nobody hears it is no error', async t => {
	t.deepEqual(stepsTo('Pending', 'Complete', 0), ['Ready', 'Started', 'Complete']);
	t.deepEqual(stepsTo('Started', 'Complete', 0), ['Complete']);
	t.deepEqual(stepsTo('Pending', 'Complete', 1), ['Complete']);
	const scheduler = await StubScheduler.start(t, 0);
	const {link, log, said} = start(t, scheduler);
	await until(() => scheduler.heartbeats.length === 1);
	const updates = new JobUpdates(link, log);
	const jobs = new Jobs(Date.now);
	jobs.announce(1, 'ab'.repeat(32), 'Pending');
	const job = jobs.find(1, undefined);
	if (job === undefined) return t.fail();
	updates.started(job);
	updates.complete(job, {ok: false, reason: 'größer, „anders“\n'});
	const story = await scheduler.storyOf(1);
	t.deepEqual(
		story.map(({state}) => state),
		['Ready', 'Started', 'Complete'],
	);
	t.deepEqual(story.at(-1)?.report, {ok: false, reason: 'größer, „anders“\n'});
	await scheduler.close();
	jobs.announce(2, 'ab'.repeat(32), 'Ready');
	updates.complete(jobs.find(2, undefined) ?? job, {});
	await updates.settled();
	t.true(said.some(line => line.includes('could not be told of a job')));
});
