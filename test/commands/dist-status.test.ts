import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {createServer, type IncomingMessage, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {schedulerRoutes} from '../../src/protocol/dist/routes.js';
import {overAndOver} from '../helpers/over-and-over.js';
import {
	archiveId,
	clientToken,
	plainStatus,
	startScheduler,
} from '../scheduler/running-scheduler.js';
import {type Place, place} from './place.js';

/** `sccache --dist-status` towards schedulers of every kind. */

const wrongToken = 'a token that is not theirs';

const configOf = (url: string, token = clientToken) => `
[dist]
scheduler_url = "${url}"
[dist.auth]
type = "token"
token = "${token}"
`;

/** What is printed: one line of JSON, and no token. */
async function ask(t: ExecutionContext, {sccache}: Place): Promise<unknown> {
	const {code, stdout, stderr} = await sccache('--dist-status');
	t.is(code, 0, stderr);
	t.regex(stdout, /^.*\n$/);
	for (const token of [clientToken, wrongToken]) t.false(`${stdout}${stderr}`.includes(token));
	return JSON.parse(stdout);
}

async function statusOf(t: ExecutionContext, url: string, token?: string): Promise<unknown> {
	const here = place(t);
	here.configure(configOf(url, token));
	return ask(t, here);
}

interface Peer {
	readonly url: string;
	readonly asked: IncomingMessage[];
}

/** Somebody's HTTP server, none of ours. */
async function serve(t: ExecutionContext, answer: RequestListener): Promise<Peer> {
	const asked: IncomingMessage[] = [];
	const server = createServer((request, response) => {
		asked.push(request);
		answer(request, response);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => server.close());
	return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked};
}

test('without a scheduler it is disabled', async t => {
	t.deepEqual(await ask(t, place(t)), {Disabled: 'disabled'});
});

test('a scheduler of ours tells of its servers, a v1 server among them; no daemon is needed', async t => {
	const scheduler = await startScheduler(t);
	const [ours, v1] = ['127.0.0.1:10501', '127.0.0.1:10502'];
	await scheduler.heartbeat(ours, {numCpus: 4});
	const status = {...plainStatus, slots: 5, load: 0.5, toolchains: [archiveId], refused: {}};
	await scheduler.status(ours, status);
	const stop = overAndOver(() => scheduler.status(ours, status));
	t.teardown(stop);
	await scheduler.heartbeat(v1, {numCpus: 2}, true);
	const here = place(t);
	// As people write it; the answer has the `/` at its end.
	here.configure(configOf(scheduler.url));
	const shown = (await ask(t, here)) as {SchedulerStatus: [string, {servers: Shown[]}]};
	const [url, {servers, ...sums}] = shown.SchedulerStatus;
	t.is(url, `${scheduler.url}/`);
	t.deepEqual(sums as unknown, {num_servers: 2, num_cpus: 6, in_progress: 0});
	t.deepEqual(
		servers.map(({address, num_cpus, in_progress, extensions}) => [
			address,
			num_cpus,
			in_progress,
			extensions,
		]),
		[
			[ours, 4, 0, 1],
			[v1, 2, 0, 0],
		],
	);
	t.deepEqual(servers[0]?.status, {
		state: 'up',
		arch: 'x86_64',
		slots: 5,
		running: 0,
		load: 0.5,
		memory_total_bytes: 16e9,
		memory_free_bytes: 16e9,
		toolchains: [archiveId],
		refused: {},
	});
	t.is(servers[1]?.status, undefined);
	t.true(Number.isInteger(servers[0]?.last_seen_ms));
	t.false(existsSync(join(here.dir, 'none.sock')));
});

interface Shown {
	readonly address: string;
	readonly num_cpus: number;
	readonly in_progress: number;
	readonly extensions: number;
	readonly last_seen_ms: number;
	readonly status?: unknown;
}

test('a scheduler of ours that refuses the token still tells its status', async t => {
	const scheduler = await startScheduler(t);
	await scheduler.heartbeat('127.0.0.1:10501', {numCpus: 4});
	t.deepEqual(await statusOf(t, scheduler.url, wrongToken), {
		SchedulerStatus: [`${scheduler.url}/`, {num_servers: 1, num_cpus: 4, in_progress: 0}],
	});
});

test('a v1 scheduler is asked for its status alone, without the token, on a connection for once', async t => {
	const golden = '030000000000000018000000000000000700000000000000';
	const peer = await serve(t, (request, response) => {
		const known = request.url === schedulerRoutes.status;
		response.writeHead(known ? 200 : 404, {'content-type': 'application/octet-stream'});
		response.end(known ? Buffer.from(golden, 'hex') : undefined);
	});
	t.deepEqual(await statusOf(t, peer.url), {
		SchedulerStatus: [peer.url, {num_servers: 3, num_cpus: 24, in_progress: 7}],
	});
	t.deepEqual(
		peer.asked.map(({method, url, headers}) => [
			method,
			url,
			headers.authorization,
			headers.connection,
		]),
		[['GET', schedulerRoutes.status, undefined, 'close']],
	);
});

test('a scheduler that is down', async t => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	server.close();
	await once(server, 'close');
	const shown = (await statusOf(t, url)) as {NotConnected: [string, string]};
	t.is(shown.NotConnected[0], url);
	t.regex(shown.NotConnected[1], /^could not communicate with scheduler: .*ECONNREFUSED$/);
});

test('what answers there may be no scheduler at all', async t => {
	const page = await serve(t, (_, response) => response.end('<!DOCTYPE html><p>A printer.'));
	const shown = (await statusOf(t, page.url)) as {NotConnected: [string, string]};
	t.regex(shown.NotConnected[1], /^could not communicate with scheduler: .*can't be read/);
	const broken = await serve(t, (_, response) => response.writeHead(500).end());
	t.deepEqual(await statusOf(t, broken.url), {
		NotConnected: [broken.url, 'could not communicate with scheduler: it answers with status 500'],
	});
});

test('a client that has no token asks nobody', async t => {
	const peer = await serve(t, (_, response) => response.writeHead(500).end());
	const here = place(t);
	here.configure(
		`[dist]\nscheduler_url = "${peer.url}"\n[dist.auth]\ntype = "token"\ntoken_file = "${here.dir}/none"\n`,
	);
	t.deepEqual(await ask(t, here), {NotConnected: [peer.url, 'enabled, auth not configured']});
	t.is(peer.asked.length, 0);
});
