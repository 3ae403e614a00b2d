import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {hostname, tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {aboutJob} from '../../../src/client/dist/about-job.js';
import {SchedulerLink} from '../../../src/client/dist/scheduler-link.js';
import {Connections} from '../../../src/http/client.js';
import {type ClientReport, clientReport} from '../../../src/protocol/dist/client-report.js';
import {
	extensionHeaders,
	jobRequirements,
	type ServerList,
} from '../../../src/protocol/dist/extensions.js';
import {schedulerRoutes} from '../../../src/protocol/dist/routes.js';
import {place} from './place.js';

/** A real daemon whose scheduler is a small HTTP server: what it tells that, and of it. */

const list: ServerList = {
	servers: [
		{
			...{address: '192.0.2.1:10501', numCpus: 8, inProgress: 3, extensions: 1, speed: 1.5},
			status: {
				...{arch: 'x86_64', slots: 10, running: 3, load: 3.5, toolchains: [], refused: {}},
				...{memoryTotalBytes: 100, memoryFreeBytes: 50, state: 'up'},
			},
			lastSeenMs: 100,
		},
		{
			...{address: '192.0.2.2:10501', numCpus: 4, inProgress: 0, extensions: 0, speed: 1},
			quarantine: {reason: 'it fails', untilMs: 5000},
			lastSeenMs: 20_000,
		},
		{
			...{address: '192.0.2.3:10501', numCpus: 2, inProgress: 1, extensions: 0, speed: 1},
			lastSeenMs: 80_000,
		},
	],
	queued: 2,
};

async function scheduler(t: ExecutionContext) {
	const asked: {readonly request: IncomingMessage; readonly body: string}[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', chunk => chunks.push(chunk));
		request.on('end', () => {
			asked.push({request, body: Buffer.concat(chunks).toString('utf8')});
			response.setHeader(extensionHeaders.level, '1');
			if (request.url === schedulerRoutes.servers) response.end(JSON.stringify(list));
			else if (request.url === schedulerRoutes.clientReport) {
				response.end(JSON.stringify({known: true, nextMs: 1000}));
			} else {
				response.statusCode = 404;
				response.end();
			}
		});
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const close = async () => {
		server.closeAllConnections();
		await new Promise(resolve => server.close(resolve));
	};
	t.teardown(close);
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close,
		to: (path: string) => asked.filter(({request}) => request.url === path),
	};
}

function clientFile(t: ExecutionContext, url: string): string {
	const folder = mkdtempSync(join(tmpdir(), 'live-client-'));
	t.teardown(() => rmSync(folder, {recursive: true}));
	const path = join(folder, 'client.conf');
	const text = `[dist]
scheduler_url = "${url}"
cache_dir = "${folder}"
[dist.auth]
type = "token"
token = "of-this-test"
`;
	writeFileSync(path, text, {mode: 0o600});
	return path;
}

test("the view has the farm's servers as the scheduler lists them; a scheduler that is gone is away", async t => {
	const {url, close, to} = await scheduler(t);
	const {live, until} = await place(t, {SCCACHE_CONF: clientFile(t, url)});
	t.is(to(schedulerRoutes.servers).length, 0);
	const view = await live();
	t.is(view.scheduler, 'reached');
	t.is(view.queued, 2);
	t.like(view.servers[0], {
		...{address: '192.0.2.1:10501', state: 'up', slots: 10, jobs: 3, speed: 1.5, load: 3.5},
		...{arch: 'x86_64', memoryFreeBytes: 50, done: 0, failed: 0},
	});
	t.like(view.servers[1], {state: 'quarantined', reason: 'it fails', quarantineMs: 5000, slots: 4});
	t.like(view.servers[2], {state: 'silent', lastSeenMs: 80_000});
	t.is(to(schedulerRoutes.servers)[0]?.request.headers.authorization, 'Bearer of-this-test');
	await close();
	const after = await until(({scheduler: state}) => state === 'away');
	t.deepEqual(after.servers, []);
});

test('the daemon reports its host to the scheduler, and what was compiled', async t => {
	const {url, to} = await scheduler(t);
	const {run} = await place(t, {SCCACHE_CONF: clientFile(t, url)});
	const reports = (): ClientReport[] =>
		to(schedulerRoutes.clientReport).map(({body}) => clientReport.parse(JSON.parse(body)));
	const until = async (isSo: () => boolean) => {
		for (let tries = 0; tries < 1000 && !isSo(); tries++) await sleep(20);
		t.true(isSo());
	};
	await until(() => reports().length >= 2);
	t.like(reports()[0], {
		host: hostname().slice(0, 64),
		running: 0,
		waiting: 0,
		hours: [],
		days: [],
	});
	t.is(await run('main.c', 'int a;'), 0);
	t.is(await run('main.c', 'int a;'), 0);
	await until(() => reports().some(({days}) => days[0]?.compiles === 2));
	const [told] = reports().filter(({days}) => days[0]?.compiles === 2);
	t.like(told?.days[0], {package: 'dev-libs/foo-1.2-r3', compiles: 2, hits: 1, remote: 0});
	t.like(told?.hours.at(-1), {compiles: 2, hits: 1});
	t.is(new Set(reports().map(({instance}) => instance)).size, 1);
});

test('who asks for a server says what for, in whatever letters', async t => {
	const {url, to} = await scheduler(t);
	const connections = new Connections();
	t.teardown(() => connections.close());
	const link = new SchedulerLink({url: `${url}/`, token: 'x', connections, onError: () => {}});
	t.teardown(() => link.close());
	const source = Buffer.from(`/src/größe-漢字-${'x'.repeat(300)}.c`).toString('latin1');
	const about = aboutJob('pc', {
		about: {source, shim: 1},
		unit: {path: source, package: 'dev-libs/foo-1'},
	});
	const signal = AbortSignal.timeout(10_000);
	await t.throwsAsync(link.allocate('ab', {avoid: {}, links: {}, waitMs: 0, about}, signal), {
		code: 'SCHEDULER_REFUSED',
	});
	const [asked] = to(schedulerRoutes.allocJob);
	const header = String(asked?.request.headers[extensionHeaders.job]);
	t.regex(header, /^[ -~]*$/);
	const said = jobRequirements.parse(JSON.parse(header)).about;
	t.is(said?.host, 'pc');
	t.is(said?.package, 'dev-libs/foo-1');
	t.true(said?.unit.startsWith('größe-漢字-x'));
});
