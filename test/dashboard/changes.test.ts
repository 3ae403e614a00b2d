import test from 'ava';
import fc from 'fast-check';
import {changesBetween} from '../../src/dashboard/changes.js';
import {applyChanges} from '../../src/dashboard/page/apply-changes.js';
import type {LiveJob, LiveServer, LiveView} from '../../src/protocol/live.js';

const empty: LiveView = {
	...{teller: 'scheduler', version: '0', atMs: 1000, startedMs: 0, scheduler: 'reached'},
	...{queued: 0, servers: [], clients: [], jobs: [], jobsInAll: 0},
};
const job: LiveJob = {
	...{id: '1', client: 'desk', package: 'a/b-1', unit: 'c.c', server: '10.0.0.1:10501'},
	...{state: 'sent', ageMs: 20},
};
const server: LiveServer = {
	...{address: '10.0.0.1:10501', state: 'up', reason: '', quarantineMs: 0, slots: 4, jobs: 1},
	...{speed: 1, toolchains: ['ab'], refused: {}, done: 0, failed: 0, lastSeenMs: 10},
};

const sums = fc.record({
	compiles: fc.nat(9),
	hits: fc.nat(9),
	remote: fc.nat(9),
	savedMs: fc.nat(9),
});
const views: fc.Arbitrary<LiveView> = fc.record({
	...{teller: fc.constant('scheduler' as const), version: fc.constant('0')},
	...{atMs: fc.integer({min: 1000, max: 9000}), startedMs: fc.nat(2)},
	...{scheduler: fc.constantFrom('reached' as const, 'away' as const)},
	...{queued: fc.nat(3), jobsInAll: fc.nat(9)},
	servers: fc.uniqueArray(
		fc.record(
			{
				address: fc.constantFrom('a', 'b', 'c', 'd'),
				state: fc.constantFrom('up' as const, 'quarantined' as const),
				...{reason: fc.string(), quarantineMs: fc.nat(5000), slots: fc.nat(4), jobs: fc.nat(4)},
				...{speed: fc.nat(3), load: fc.nat(3), arch: fc.constantFrom('x', 'y')},
				toolchains: fc.array(fc.constantFrom('t', 'u'), {maxLength: 2}),
				refused: fc.dictionary(fc.constantFrom('t', 'u'), fc.string()),
				...{done: fc.nat(4), failed: fc.nat(4), lastSeenMs: fc.nat(3000)},
			},
			{
				requiredKeys: [
					'address',
					'state',
					'reason',
					'quarantineMs',
					'slots',
					'jobs',
					'speed',
					'toolchains',
					'refused',
					'done',
					'failed',
					'lastSeenMs',
				],
			},
		),
		{selector: ({address}) => address},
	),
	clients: fc.uniqueArray(
		fc.record({
			host: fc.constantFrom('h', 'i'),
			...{slots: fc.nat(3), running: fc.nat(3), waiting: fc.nat(3), lastSeenMs: fc.nat(3000)},
			minutes: fc.array(sums, {maxLength: 2}),
		}),
		{selector: ({host}) => host},
	),
	jobs: fc.uniqueArray(
		fc.record({
			id: fc.constantFrom('1', '2', '3'),
			...{client: fc.string(), package: fc.string(), unit: fc.string(), server: fc.string()},
			state: fc.constantFrom('asked' as const, 'sent' as const, 'runs' as const),
			ageMs: fc.nat(5000),
		}),
		{selector: ({id}) => id},
	),
});

/** Lists are in no order that those who watch could rely on. */
const sorted = (view: LiveView): unknown => ({
	...view,
	servers: view.servers.toSorted((one, other) => (one.address < other.address ? -1 : 1)),
	clients: view.clients.toSorted((one, other) => (one.host < other.host ? -1 : 1)),
	jobs: view.jobs.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
});

test('whatever two views are: the changes, sent as JSON, make one of the other', t => {
	fc.assert(
		fc.property(views, views, (before, after) => {
			const changes = changesBetween(before, after);
			const sent = JSON.parse(JSON.stringify(changes ?? {atMs: after.atMs}));
			t.deepEqual(sorted(applyChanges(before, sent)), sorted(after));
		}),
	);
	t.pass();
});

test('time that passes is no change, and a clock that did not go on is', t => {
	const before = {...empty, servers: [server], jobs: [job]};
	const later = {
		...before,
		atMs: 1500,
		servers: [{...server, lastSeenMs: 510}],
		jobs: [{...job, ageMs: 520}],
	};
	t.is(changesBetween(before, later), undefined);
	t.deepEqual(changesBetween(before, {...later, servers: [{...server, lastSeenMs: 0}]}), {
		atMs: 1500,
		servers: {set: [{address: server.address, lastSeenMs: 0}], gone: []},
	});
});

test('of a job that goes on its state alone is told, and of one that has ended its id', t => {
	const before = {...empty, jobs: [job], jobsInAll: 1};
	t.deepEqual(changesBetween(before, {...before, jobs: [{...job, state: 'runs'}]}), {
		atMs: 1000,
		jobs: {set: [{id: '1', state: 'runs'}], gone: []},
	});
	t.deepEqual(changesBetween(before, empty), {
		atMs: 1000,
		fields: {jobsInAll: 0},
		jobs: {set: [], gone: ['1']},
	});
});
