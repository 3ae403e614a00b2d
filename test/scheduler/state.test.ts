import test from 'ava';
import type {JobFacts} from '../../src/placement/facts.js';
import {packHints} from '../../src/protocol/dist/job-digest.js';
import {SchedulerState} from '../../src/scheduler/state.js';
import {archiveId, plainHeartbeat, plainStatus} from './running-scheduler.js';

const one = '10.0.0.1:10501';
const two = '10.0.0.2:10501';
const firstJobId = 5 * 2 ** 20;

const wanted: JobFacts = {
	toolchain: archiveId,
	arch: 'x86_64',
	memoryBytes: undefined,
	predictedMs: 1000,
	inputsBytes: undefined,
	avoid: new Set(),
	links: new Map(),
};

function newState() {
	const clock = {nowMs: 1_000_000};
	const state = new SchedulerState({now: () => clock.nowMs, firstJobId, onRoom: () => {}});
	const place = (facts: Partial<JobFacts> = {}) => {
		const {job} = state.place({...wanted, ...facts});
		if (job === undefined) throw new Error('no server');
		return job;
	};
	return {state, clock, place};
}

test('a heartbeat with another nonce: the server was started again, and its jobs are gone', t => {
	const {state, place} = newState();
	t.true(state.heartbeat(one, plainHeartbeat, 1));
	place();
	place();
	t.false(state.heartbeat(one, plainHeartbeat, 1));
	t.is(state.totals().inProgress, 2);
	t.true(state.heartbeat(one, {...plainHeartbeat, serverNonce: 2n}, 1));
	t.deepEqual(state.totals(), {numServers: 1, numCpus: 2, inProgress: 0});
	t.is(state.list()[0]?.inProgress, 0);
});

test('a server that is silent for 90 s is forgotten, with its jobs', t => {
	const {state, clock, place} = newState();
	state.heartbeat(one, plainHeartbeat, 1);
	state.heartbeat(two, plainHeartbeat, 1);
	place({avoid: new Set([two])});
	clock.nowMs += 80_000;
	state.heartbeat(two, plainHeartbeat, 1);
	clock.nowMs += 10_001;
	state.sweep();
	t.deepEqual(state.totals(), {numServers: 1, numCpus: 2, inProgress: 0});
	t.is(state.list()[0]?.address, two);
});

test('one that said how it is every second is missed sooner', t => {
	const {state, clock} = newState();
	state.heartbeat(one, plainHeartbeat, 1);
	state.heartbeat(two, plainHeartbeat, 1);
	t.is(state.status(one, plainStatus).nextMs, 1000);
	clock.nowMs += 10_000;
	state.sweep();
	t.is(state.totals().numServers, 2);
	clock.nowMs += 1;
	state.sweep();
	t.is(state.list()[0]?.address, two);
	t.false(state.status(one, plainStatus).known, 'it is asked for a heartbeat');
});

test('jobs that nobody comes for: 60 s with their toolchain there, 300 s without', t => {
	const {state, clock, place} = newState();
	const alive = (ms: number) => {
		for (const endMs = clock.nowMs + ms; clock.nowMs < endMs; clock.nowMs += 10_000) {
			state.status(one, {...plainStatus, toolchains: [archiveId]});
			state.sweep();
		}
		return state.totals().inProgress;
	};
	state.heartbeat(one, plainHeartbeat, 1);
	t.is(place().state, 'Pending');
	alive(10_000);
	t.is(place().state, 'Ready');
	t.is(alive(50_000), 2);
	t.is(alive(30_000), 1);
	t.is(alive(200_000), 1);
	t.is(alive(40_000), 0);
});

test('states of a v1 server go on one at a time; any other is an error and changes nothing', t => {
	const {state, place} = newState();
	state.heartbeat(one, plainHeartbeat, 0);
	const {id} = place();
	const say = (kind: 'Pending' | 'Ready' | 'Started' | 'Complete', server = one) => {
		try {
			state.jobState(server, id, kind, {});
			return 'ok';
		} catch (error) {
			return (error as Error).message;
		}
	};
	t.is(say('Started'), 'Invalid job state transition from Pending to Started');
	t.is(say('Ready', two), `Job id ${id} is not registered on server ${two}`);
	t.is(say('Ready'), 'ok');
	t.is(say('Ready'), 'Invalid job state transition from Ready to Ready');
	t.is(say('Started'), 'ok');
	t.is(say('Complete'), 'ok');
	t.is(say('Complete'), 'Unknown job');
	t.is(state.totals().inProgress, 0);
	t.is(place().state, 'Ready', 'it has the toolchain now');
});

test('a server of ours may leave states out, and send for a toolchain again', t => {
	const {state, place} = newState();
	state.heartbeat(one, plainHeartbeat, 1);
	const cancelled = place();
	state.jobState(one, cancelled.id, 'Complete', {});
	t.is(state.totals().inProgress, 0);
	const lost = place();
	for (const kind of ['Ready', 'Ready', 'Started', 'Complete'] as const) {
		state.jobState(one, lost.id, kind, {});
	}
	t.is(state.totals().inProgress, 0);
});

test('after a restart of the scheduler the jobs that run go on and are counted', t => {
	const {state} = newState();
	const before = firstJobId - 100;
	t.notThrows(() => state.jobState(one, before, 'Started', {}), 'a server not heard of yet');
	t.deepEqual(state.status(one, plainStatus), {known: false, nextMs: 1000});
	t.true(state.heartbeat(one, plainHeartbeat, 0));
	state.jobState(one, before, 'Started', {});
	t.is(state.totals().inProgress, 1);
	t.throws(() => state.jobState(two, before, 'Complete', {}), {code: 'JOB_STATE_INVALID'});
	state.jobState(one, before, 'Complete', {});
	t.is(state.totals().inProgress, 0);
});

test('an error is held against a server, until a job succeeds there', t => {
	const {state, clock, place} = newState();
	state.heartbeat(one, plainHeartbeat, 1);
	state.heartbeat(two, plainHeartbeat, 1);
	const run = (job: {id: number; server: {id: string}}, ok: boolean) => {
		state.jobState(job.server.id, job.id, 'Started', {});
		state.jobState(job.server.id, job.id, 'Complete', {ok, actualMs: 900, reason: 'no space'});
	};
	const bad = place();
	run(bad, false);
	for (let n = 0; n < 3; n++) t.not(place().server.id, bad.server.id);
	const alone = {avoid: new Set([bad.server.id === one ? two : one])};
	t.throws(() => place(alone));
	clock.nowMs += 2000;
	const probe = place(alone);
	t.throws(() => place(alone), undefined, 'one probe');
	run(probe, true);
	t.is(place(alone).server.id, bad.server.id);
});

test('a server that is about to end gets nothing; one that has ended is gone at once', t => {
	const {state, place} = newState();
	state.heartbeat(one, plainHeartbeat, 1);
	const job = place();
	state.status(one, {...plainStatus, state: 'draining'});
	t.deepEqual(state.place(wanted), {kind: 'impossible', reason: 'all servers are about to end'});
	t.notThrows(() => state.jobState(one, job.id, 'Started', {}));
	state.status(one, {...plainStatus, state: 'gone'});
	t.is(state.totals().numServers, 0);
});

test('speed is learned from what was predicted; a faster server is chosen then', t => {
	const {state, clock, place} = newState();
	state.heartbeat(one, plainHeartbeat, 1);
	state.heartbeat(two, plainHeartbeat, 0);
	for (let n = 0; n < 20; n++) {
		const job = place({avoid: new Set([one])});
		state.assigned(job, 'Ready');
		state.jobState(two, job.id, 'Started', {});
		clock.nowMs += 250;
		state.jobState(two, job.id, 'Complete', {});
	}
	const [, measured] = state.list();
	t.true(measured !== undefined && measured.speed > 3 && measured.speed < 5, `${measured?.speed}`);
	t.is(place().server.id, two);
});

test('nothing is sent behind a job that takes longer than was predicted, while others end', t => {
	const {state, clock, place} = newState();
	const status = {...plainStatus, slots: 1, toolchains: [archiveId]};
	for (const id of [one, two]) {
		state.heartbeat(id, plainHeartbeat, 1);
		state.status(id, status);
	}
	const assignedMs = () => state.current().map(server => server.assignedMs);
	const long = place({avoid: new Set([two]), predictedMs: 500});
	const short = place({avoid: new Set([one]), predictedMs: 1000});
	state.jobState(one, long.id, 'Started', {});
	state.jobState(two, short.id, 'Started', {});
	t.deepEqual(assignedMs(), [500, 1000]);
	clock.nowMs += 900;
	for (const id of [one, two]) state.status(id, {...status, running: 1});
	t.deepEqual(assignedMs(), [1800, 1000]);
	t.is(place({predictedMs: 100}).server.id, two);
	t.is(state.place({...wanted, predictedMs: 100}).kind, 'wait');
	state.jobState(one, long.id, 'Complete', {});
	t.is(state.current()[0]?.assignedMs, 0);
});

test('memory that was promised is taken, until the server says how much is free', t => {
	const {state, clock, place} = newState();
	state.heartbeat(one, plainHeartbeat, 1);
	const memory = {memoryTotalBytes: 4e9, memoryFreeBytes: 3e9, slots: 8};
	state.status(one, {...plainStatus, ...memory});
	place({memoryBytes: 2e9});
	t.is(state.place({...wanted, memoryBytes: 2e9}).kind, 'wait');
	const {id} = place({memoryBytes: 5e8});
	state.jobState(one, id, 'Started', {});
	clock.nowMs += 1000;
	state.status(one, {...plainStatus, ...memory, running: 1});
	t.is(state.place({...wanted, memoryBytes: 2e9}).kind, 'wait', 'compiles have yet to grow');
	clock.nowMs += 30_000;
	state.status(one, {...plainStatus, ...memory, running: 1});
	t.is(state.place({...wanted, memoryBytes: 2e9}).kind, 'server');
});

test('a started job whose end was never said is over once its server runs nothing', t => {
	const {state, clock, place} = newState();
	state.heartbeat(one, plainHeartbeat, 1);
	state.jobState(one, place().id, 'Started', {});
	state.status(one, plainStatus);
	t.is(state.totals().inProgress, 1, 'the status may be older');
	clock.nowMs += 6000;
	state.status(one, plainStatus);
	t.is(state.totals().inProgress, 0);
});

test('a thousand servers send 500 statuses a second, not more', t => {
	const {state} = newState();
	for (let n = 0; n < 1000; n++) {
		state.heartbeat(`10.1.${n >> 8}.${n & 255}:10501`, plainHeartbeat, 1);
	}
	t.deepEqual(state.status('10.1.0.1:10501', plainStatus), {known: true, nextMs: 2000});
});

test('a job goes where an identical one is, or has been', t => {
	const {state, place} = newState();
	const hint = (n: number) => ({resultHint: n.toString(16).padStart(16, '0')});
	const both = [one, two].map((id, index) => {
		state.heartbeat(id, plainHeartbeat, 1);
		const results = packHints(index === 1 ? [hint(1).resultHint] : []);
		return () => state.status(id, {...plainStatus, slots: 4, toolchains: [archiveId], results});
	});
	for (const tell of both) tell();
	t.is(place(hint(1)).server.id, two, 'as it said');
	const first = place(hint(2));
	const others = [place(hint(2)), place(hint(2))];
	t.deepEqual(
		others.map(({server}) => server),
		[first.server, first.server],
		'where it is in flight',
	);
	t.deepEqual(
		others.map(({chargedMs}) => chargedMs),
		[0, 0],
	);
	for (const {id, server} of [first, ...others]) {
		state.jobState(server.id, id, 'Complete', {ok: true, actualMs: 1000, kept: true});
	}
	t.is(place(hint(2)).server, first.server, 'where it has been');
	const lost = place({...hint(3), avoid: new Set([one])});
	state.jobState(two, lost.id, 'Complete', {ok: true, actualMs: 1000});
	t.is(place(hint(3)).chargedMs, 1000, 'not kept');
	const withdrawn = place(hint(4));
	state.withdraw(withdrawn);
	t.is(place(hint(4)).chargedMs, 1000, 'never run');
});

test('results that are not kept, or are forgotten with their server, draw nothing', t => {
	const {state, place} = newState();
	const resultHint = '0123456789abcdef';
	state.heartbeat(one, plainHeartbeat, 1);
	state.status(one, plainStatus);
	const first = place({resultHint});
	state.jobState(one, first.id, 'Complete', {ok: true, actualMs: 1000, kept: true});
	t.is(place({resultHint}).chargedMs, 1000, 'it never said that it keeps any');
	state.status(one, {...plainStatus, results: packHints([resultHint])});
	t.is(place({resultHint}).chargedMs, 0);
	t.is(state.list()[0]?.status?.results, undefined, 'nobody else is told of them');
	state.heartbeat(one, {...plainHeartbeat, serverNonce: 2n}, 1);
	t.is(place({resultHint}).chargedMs, 1000);
});

test('an answer from what is kept says nothing of how fast a server is', t => {
	const {state, place} = newState();
	state.heartbeat(one, plainHeartbeat, 1);
	const job = place();
	state.jobState(one, job.id, 'Complete', {ok: true, actualMs: 1, cached: true, kept: true});
	t.is(state.list()[0]?.speed, 1);
	t.is(state.servers()[0]?.done, 1);
});
