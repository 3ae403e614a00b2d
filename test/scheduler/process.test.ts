import {spawnSync} from 'node:child_process';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {makeServerToken} from '../../src/auth/server-token.js';
import {Connections} from '../../src/http/client.js';
import {encode} from '../../src/protocol/dist/bincode.js';
import {extensionHeaders} from '../../src/protocol/dist/extensions.js';
import {heartbeatRequest, toolchain} from '../../src/protocol/dist/messages.js';
import {schedulerRoutes} from '../../src/protocol/dist/routes.js';
import {
	archiveId,
	clientToken,
	plainHeartbeat,
	plainStatus,
	secretKey,
} from './running-scheduler.js';
import {end, place, program, start} from './scheduler-process.js';

/** `sccache-dist scheduler` as users run it. */

const bincode = {'content-type': 'application/octet-stream'};
const server = '127.0.0.1:10501';

function peer(t: ExecutionContext, port: number) {
	const connections = new Connections();
	t.teardown(() => connections.close());
	const send = (path: string, token: string, body: Buffer, headers = {}) =>
		connections.send({
			...{method: 'POST', url: `http://127.0.0.1:${port}${path}`, token, body},
			headers: {...bincode, ...headers},
			timeoutMs: 20_000,
		});
	return {
		heartbeat: async (numCpus = 1) =>
			send(
				schedulerRoutes.heartbeat,
				await makeServerToken(server, secretKey),
				encode(heartbeatRequest, {...plainHeartbeat, numCpus}),
			),
		status: async () => {
			const {body} = await send(
				schedulerRoutes.serverStatus,
				await makeServerToken(server, secretKey),
				Buffer.from(JSON.stringify({...plainStatus, slots: 1})),
			);
			return JSON.parse(body.toString()) as {known: boolean};
		},
		allocate: (waitMs: number) =>
			send(schedulerRoutes.allocJob, clientToken, encode(toolchain, {archiveId}), {
				accept: 'application/json',
				[extensionHeaders.job]: JSON.stringify({arch: 'x86_64', waitMs}),
			}).then(({body}) => JSON.parse(body.toString())),
	};
}

test('ends at SIGTERM with 0, after it has told those who wait', async t => {
	const where = await place(t);
	const {child, said} = await start(t, where);
	const {heartbeat, allocate} = peer(t, where.port);
	await heartbeat();
	for (let n = 0; n < 2; n++) t.truthy((await allocate(0)).Success);
	const waits = allocate(60_000);
	await sleep(200);
	t.is(await end(child, 'SIGTERM'), 0);
	t.regex((await waits).Fail.msg, /^Insufficient capacity across 1 available servers/);
	t.false(said().includes(clientToken), 'no token is logged');
});

test('at SIGTERM those who watch are let go, and hold nothing up', async t => {
	const where = await place(t);
	const {child, said} = await start(t, where);
	const answer = await fetch(`http://127.0.0.1:${where.port}/dashboard/events`, {
		headers: {authorization: `Bearer ${clientToken}`},
	});
	const reader = answer.body?.getReader();
	const {value} = (await reader?.read()) ?? {};
	t.regex(Buffer.from(value ?? []).toString(), /^retry: 2000\nevent: view\n/);
	t.is(await end(child, 'SIGTERM'), 0);
	t.regex(said(), /dashboard=http:\/\/127\.0\.0\.1:\d+\/dashboard\//);
	await t.notThrowsAsync(async () => {
		while ((await reader?.read())?.done === false);
	}, 'the stream ends as it should');
});

test('killed and started again, it knows its servers with their next status, and its ids are new ones', async t => {
	const where = await place(t);
	const first = await start(t, where);
	const {heartbeat, status, allocate} = peer(t, where.port);
	await heartbeat();
	t.true((await status()).known);
	const before = (await allocate(0)).Success.job_alloc.job_id;
	await end(first.child, 'SIGKILL');
	await start(t, where);
	t.false((await status()).known);
	await heartbeat();
	t.true((await status()).known);
	const after = (await allocate(0)).Success.job_alloc.job_id;
	t.true(Math.abs(after - before) > 1000, 'of another range');
});

test('in the background: comes back once it listens', async t => {
	const {config, port, env} = await place(t);
	const {status, stdout, stderr} = spawnSync(
		process.execPath,
		[program, 'scheduler', '--config', config],
		{env: {...env, SCCACHE_NO_DAEMON: '0'}, encoding: 'utf8', timeout: 60_000},
	);
	t.is(status, 0, stderr);
	t.is(stdout, '');
	const pid = Number(/pid=(\d+)/.exec(stderr)?.[1]);
	t.teardown(() => process.kill(pid, 'SIGKILL'));
	t.is((await peer(t, port).heartbeat()).status, 200);
});

test('what is wrong with the configuration is said on stdout, with 1; a port that is taken on stderr, with 2', async t => {
	const where = await place(t, 'unknown_key = 1');
	const run = (config: string) =>
		spawnSync(process.execPath, [program, 'scheduler', '--config', config], {
			env: where.env,
			encoding: 'utf8',
		});
	const wrong = run(where.config);
	t.is(wrong.status, 1);
	t.regex(wrong.stdout, /^sccache-dist: .*unknown_key/);
	const missing = run(`${where.config}.none`);
	t.is(missing.status, 1);
	t.regex(missing.stdout, /^sccache-dist: Could not load config/);
	const good = await place(t);
	await start(t, good);
	const second = run(good.config);
	t.is(second.status, 2);
	t.regex(second.stderr, /sccache-dist: error: another program listens on/);
	t.is(run('').status, 1);
	t.is(spawnSync(process.execPath, [program, 'scheduler'], {env: where.env}).status, 2);
});
