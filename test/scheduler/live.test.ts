import test, {type ExecutionContext} from 'ava';
import {openGate} from '../../src/dashboard/gate.js';
import type {ClientReport, ClientReportReply} from '../../src/protocol/dist/client-report.js';
import {schedulerRoutes} from '../../src/protocol/dist/routes.js';
import {type LiveHistory, type LiveView, liveHistory, liveView} from '../../src/protocol/live.js';
import {
	allocated,
	archiveId,
	clientToken,
	plainPin,
	type RunningScheduler,
	startScheduler,
} from './running-scheduler.js';

/** What the scheduler tells those who watch. */

const server = '127.0.0.1:10501';
const about = {host: 'desk', package: 'app-misc/hello-2.12', unit: 'hello.c'};
const sums = {compiles: 10, hits: 4, remote: 3, savedMs: 900};
const report: ClientReport = {
	...{host: 'desk', instance: 'one', slots: 8, running: 2, waiting: 1},
	...{minutes: [sums], hours: [], days: []},
};

async function start(t: ExecutionContext) {
	const scheduler = await startScheduler(t, [], openGate);
	const look = async (name: 'view' | 'history') => {
		const {body} = await scheduler.send({method: 'GET', path: `/dashboard/${name}`});
		return JSON.parse(body.toString()) as unknown;
	};
	return {
		...scheduler,
		view: async (): Promise<LiveView> => liveView.parse(await look('view')),
		history: async (): Promise<LiveHistory> => liveHistory.parse(await look('history')),
		tell: (told: Partial<ClientReport>, from = '192.0.2.7') => tell(scheduler, told, from),
	};
}

async function tell(
	{send}: Pick<RunningScheduler, 'send'>,
	told: Partial<ClientReport>,
	from: string,
): Promise<ClientReportReply> {
	const {body} = await send({
		...{path: schedulerRoutes.clientReport, token: clientToken},
		headers: {'x-real-ip': from},
		body: Buffer.from(JSON.stringify({...report, ...told})),
	});
	return JSON.parse(body.toString()) as ClientReportReply;
}

test('a job is told of from when it waits until it ends: whose, of what package and unit, and where', async t => {
	const {heartbeat, status, allocate, report: say, view} = await start(t);
	await heartbeat(server, {numCpus: 1});
	await status(server, {slots: 1, toolchains: [archiveId]});
	const running = allocated(await allocate({about}));
	// A server takes one more than it has slots.
	allocated(await allocate({about: {...about, unit: 'more.c'}}));
	const waits = allocate({about: {...about, unit: 'last.c'}, waitMs: 60_000}, '192.0.2.9');
	await say(server, running.jobId, 'Started');
	const {jobs, jobsInAll, queued, servers} = await view();
	t.deepEqual(
		jobs.map(({id: _, ageMs: __, ...job}) => job),
		[
			{client: 'desk', package: about.package, unit: 'hello.c', server, state: 'runs'},
			{client: 'desk', package: about.package, unit: 'more.c', server, state: 'sent'},
			{client: 'desk', package: about.package, unit: 'last.c', server: '', state: 'asked'},
		],
	);
	t.is(jobsInAll, 3);
	t.is(queued, 1);
	t.like(servers[0], {address: server, slots: 1, jobs: 2, state: 'up', toolchains: [archiveId]});
	await say(server, running.jobId, 'Complete', {ok: true, actualMs: 5});
	allocated(await waits);
	const after = await view();
	t.is(after.queued, 0);
	t.is(after.servers[0]?.done, 1);
	t.false(after.jobs.some(({unit}) => unit === 'hello.c'));
});

test('a client of v1 is known by its address', async t => {
	const {heartbeat, allocate, view} = await start(t);
	await heartbeat(server);
	allocated(await allocate(undefined, '192.0.2.9'));
	t.like((await view()).jobs[0], {client: '192.0.2.9', package: '', unit: ''});
});

test('jobs are counted, and as many told of as can be looked at, the oldest first', async t => {
	const {heartbeat, allocate, view, advance} = await start(t);
	await heartbeat(server, {numCpus: 400});
	allocated(await allocate({about: {...about, unit: 'first.c'}}));
	advance(1000);
	for (let n = 0; n < 220; n++) await allocate({about});
	const {jobs, jobsInAll} = await view();
	t.is(jobs.length, 200);
	t.is(jobsInAll, 221);
	t.is(jobs[0]?.unit, 'first.c');
	t.true((jobs[0]?.ageMs ?? 0) >= 1000);
});

test('a server that fails is told of with the reason and the time it is kept from jobs, and afterwards with what it was', async t => {
	const {heartbeat, status, allocate, report: say, view, advance} = await start(t);
	await heartbeat(server);
	await status(server, {load: 1.5, refused: {[archiveId.replace('ab', 'cd')]: 'no such machine'}});
	const {jobId} = allocated(await allocate({about}));
	await say(server, jobId, 'Complete', {ok: false, reason: 'no room in /tmp'});
	const [out] = (await view()).servers;
	t.like(out, {state: 'quarantined', reason: 'no room in /tmp', failed: 1, done: 0, load: 1.5});
	t.true((out?.quarantineMs ?? 0) > 0 && (out?.quarantineMs ?? 0) <= 2000);
	t.deepEqual(Object.values(out?.refused ?? {}), ['no such machine']);
	advance(2500);
	await status(server);
	t.like((await view()).servers[0], {state: 'up', reason: 'no room in /tmp', quarantineMs: 0});
});

test('a server that falls silent is shown so, for an hour after it has been given up, with what it did', async t => {
	const {heartbeat, status, allocate, report: say, view, advance} = await start(t);
	await heartbeat(server);
	await status(server);
	const {jobId} = allocated(await allocate({about}));
	await say(server, jobId, 'Started');
	await say(server, jobId, 'Complete', {ok: true, actualMs: 5});
	t.is((await view()).servers[0]?.state, 'up');
	advance(4000);
	t.is((await view()).servers[0]?.state, 'up', 'it may be busy');
	advance(3000);
	t.is((await view()).servers[0]?.state, 'silent');
	advance(60_000);
	await allocate({about, avoid: {[server]: plainPin}});
	t.like((await view()).servers[0], {address: server, state: 'silent', done: 1});
	await heartbeat(server, {serverNonce: 2n});
	await status(server);
	const {servers} = await view();
	t.is(servers.length, 1);
	t.like(servers[0], {state: 'up', done: 1});
	advance(4000);
	await status(server, {state: 'gone'});
	t.deepEqual((await view()).servers, [], 'who says goodbye is not missed');
});

test('what clients tell is told on: first they are not known, and sums that come twice count once', async t => {
	const {tell: say, view, history} = await start(t);
	const hour = {...sums, hour: 400_000};
	const day = {...sums, day: 20_000, package: 'app-misc/hello-2.12'};
	const first = await say({hours: [hour], days: [day]});
	t.false(first.known);
	t.true((await say({hours: [{...hour, compiles: 20}], days: [day]})).known);
	t.true(first.nextMs >= 2000);
	const {clients} = await view();
	t.like(clients[0], {host: 'desk', slots: 8, running: 2, waiting: 1, minutes: [sums]});
	t.deepEqual(await history(), {
		hours: [{...hour, compiles: 20, host: 'desk'}],
		days: [{...day, host: 'desk'}],
	});
});

test('another run of a client tells anew, and what the one before told is forgotten', async t => {
	const {tell: say, history} = await start(t);
	await say({hours: [{...sums, hour: 1}]});
	t.false((await say({instance: 'two', hours: [{...sums, hour: 2}]})).known);
	t.deepEqual(
		(await history()).hours.map(({hour}) => hour),
		[2],
	);
});

test('hosts of one name are told apart by their addresses', async t => {
	const {tell: say, view} = await start(t);
	await say({}, '192.0.2.7');
	await say({}, '192.0.2.8');
	t.deepEqual(
		(await view()).clients.map(({host}) => host),
		['desk (192.0.2.7)', 'desk (192.0.2.8)'],
	);
});

test('a client that is silent is not shown any more after minutes, and forgotten after a week', async t => {
	const {tell: say, view, history, advance} = await start(t);
	await say({hours: [{...sums, hour: 1}]});
	advance(16 * 60_000);
	t.deepEqual((await view()).clients, []);
	t.is((await history()).hours.length, 1);
	advance(8 * 24 * 3_600_000);
	await say({host: 'other'}, '192.0.2.8');
	t.deepEqual((await history()).hours, []);
});

test('a report needs the token, and is of the form that was agreed on', async t => {
	const {send} = await start(t);
	const path = schedulerRoutes.clientReport;
	t.is((await send({path, body: Buffer.from(JSON.stringify(report))})).status, 401);
	const wrong = Buffer.from(JSON.stringify({...report, host: 'h'.repeat(65)}));
	t.is((await send({path, token: clientToken, body: wrong})).status, 400);
	const long = Buffer.alloc(5 * 1024 * 1024, ' ');
	t.is((await send({path, token: clientToken, body: long})).status, 413);
});
