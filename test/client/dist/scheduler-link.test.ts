import {once} from 'node:events';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {SchedulerLink} from '../../../src/client/dist/scheduler-link.js';
import {Connections} from '../../../src/http/client.js';
import {encode} from '../../../src/protocol/dist/bincode.js';
import {extensionHeaders, type JobRequirements} from '../../../src/protocol/dist/extensions.js';
import {type AllocJobResponse, allocJobResponse} from '../../../src/protocol/dist/messages.js';

const wanted = {avoid: {}, links: {}, waitMs: 0};
const never = new AbortController().signal;
const success: AllocJobResponse = {
	kind: 'Success',
	value: {
		jobAlloc: {auth: 'of the job', jobId: 7, serverId: '10.0.0.1:10501'},
		needToolchain: true,
		certDigest: Buffer.alloc(32, 0xab),
	},
};
const full: AllocJobResponse = {kind: 'Fail', value: {msg: 'all are full'}};

async function linkTo(t: ExecutionContext, listener: RequestListener) {
	const server = createServer(listener).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const connections = new Connections();
	const errors: unknown[] = [];
	const link = new SchedulerLink({
		url: `http://127.0.0.1:${port}/`,
		token: 'of all clients',
		connections,
		onError: error => errors.push(error),
	});
	t.teardown(() => {
		link.close();
		connections.close();
		server.closeAllConnections();
		server.close();
	});
	return {link, errors};
}

/** Answers in turn, and what was asked. */
function scripted(answers: readonly {body: AllocJobResponse; again?: boolean}[]) {
	const asked: {method: string; path: string; job: Partial<JobRequirements>}[] = [];
	const left = [...answers];
	const listener: RequestListener = (request, response) => {
		const {method = '', url: path = '', headers} = request;
		const job = JSON.parse(String(headers[extensionHeaders.job] ?? '{}'));
		asked.push({method, path, job});
		request.resume();
		const answer = left.shift() ?? {body: full};
		response.setHeader(extensionHeaders.level, '1');
		if (answer.again) response.setHeader(extensionHeaders.askAgain, '1');
		response.end(encode(allocJobResponse, answer.body));
	};
	return {asked, listener};
}

test('a wait is asked for in short pieces, for as long as it may pass', async t => {
	const {asked, listener} = scripted([{body: full, again: true}, {body: success}]);
	const {link} = await linkTo(t, listener);
	const allocation = await link.allocate('ab', {...wanted, waitMs: 120_000}, never);
	t.like(allocation, {jobId: 7, server: '10.0.0.1:10501', needToolchain: true});
	t.is(allocation.pin, 'ab'.repeat(32));
	t.is(asked.length, 2);
	for (const {job} of asked) t.is(job.waitMs, 10_000);
});

test('what will not pass is not asked for again; nor is anything when the time is over', async t => {
	const {asked, listener} = scripted([{body: full}, {body: full, again: true}]);
	const {link, errors} = await linkTo(t, listener);
	const refused = {code: 'SCHEDULER_REFUSED', message: 'all are full'};
	await t.throwsAsync(link.allocate('ab', {...wanted, waitMs: 120_000}, never), refused);
	await t.throwsAsync(link.allocate('ab', {...wanted, waitMs: 3000}, never), refused);
	t.is(asked.length, 2);
	t.is(asked[1]?.job.waitMs, 3000);
	t.false(link.isAway);
	t.deepEqual(errors, []);
});

test('a silent scheduler is waited for no longer than one piece, and then away until it answers', async t => {
	let isSilent = true;
	const {link, errors} = await linkTo(t, (request, response) => {
		request.resume();
		if (!isSilent) response.end();
	});
	const startedMs = performance.now();
	await t.throwsAsync(link.allocate('ab', wanted, never), {code: 'PEER_TIMED_OUT'});
	const tookMs = performance.now() - startedMs;
	t.true(tookMs < 9000, `${tookMs} ms`);
	t.true(link.isAway);
	t.is(errors.length, 1);
	isSilent = false;
	for (let n = 0; n < 100 && link.isAway; n++) await sleep(100);
	t.false(link.isAway);
});

test('a job that never came is taken back, from a scheduler that knows what that is', async t => {
	const {asked, listener} = scripted([{body: success}]);
	const {link} = await linkTo(t, listener);
	link.withdraw(6);
	await link.allocate('ab', wanted, never);
	link.withdraw(7);
	for (let n = 0; n < 100 && asked.length < 2; n++) await sleep(20);
	const said = asked.map(({method, path}) => `${method} ${path}`);
	t.deepEqual(said, ['POST /api/v1/scheduler/alloc_job', 'DELETE /api/v1/scheduler/job/7']);
});
