import {createHmac} from 'node:crypto';
import test from 'ava';
import {verifyJobToken} from '../../src/auth/job-token.js';
import {makeServerToken} from '../../src/auth/server-token.js';
import {encode} from '../../src/protocol/dist/bincode.js';
import {chosenServer, extensionHeaders, serverList} from '../../src/protocol/dist/extensions.js';
import {heartbeatRequest, toolchain} from '../../src/protocol/dist/messages.js';
import {certificatePath, schedulerRoutes} from '../../src/protocol/dist/routes.js';
import {
	allocated,
	archiveId,
	clientToken,
	plainHeartbeat,
	plainPin,
	plainStatus,
	secretKey,
	startScheduler,
} from './running-scheduler.js';

const one = '127.0.0.1:10501';
const two = '127.0.0.1:10502';
const bincode = {'content-type': 'application/octet-stream'};
const json = {accept: 'application/json'};
const hex = (text: string) => text.replaceAll(' ', '');

test('the golden bytes of v1, and the same in JSON', async t => {
	const {send, heartbeat, allocate, report} = await startScheduler(t);
	const first = await heartbeat(one, {numCpus: 4});
	t.is(first.headers['content-type'], 'application/octet-stream');
	t.is(first.body.toString('hex'), '01', 'new');
	t.is((await heartbeat(one, {numCpus: 4})).body.toString('hex'), '00', 'known');

	const status = {method: 'GET', path: schedulerRoutes.status} as const;
	t.is(
		(await send(status)).body.toString('hex'),
		hex('0100000000000000 0400000000000000 0000000000000000'),
	);
	t.deepEqual(JSON.parse((await send({...status, headers: json})).body.toString()), {
		num_servers: 1,
		num_cpus: 4,
		in_progress: 0,
	});

	const certificate = {method: 'GET', path: certificatePath(one)} as const;
	t.is(
		(await send(certificate)).body.toString('hex'),
		hex(`2000000000000000 ${'03'.repeat(32)} 0300000000000000 50454d`),
	);

	const body = Buffer.from(
		hex(`4000000000000000 ${Buffer.from(archiveId).toString('hex')}`),
		'hex',
	);
	const asked = {path: schedulerRoutes.allocJob, token: clientToken, body};
	const answer = await send({...asked, headers: bincode});
	const {jobId, auth} = allocated(await allocate());
	const golden = new RegExp(
		[
			'^00000000',
			'[0-9a-f]{2}00000000000000([0-9a-f]*)',
			'[0-9a-f]{16}',
			'00000000 7f000001 0529 01 2000000000000000',
			'03'.repeat(32),
		]
			.map(hex)
			.join('')
			.concat('$'),
	);
	t.regex(answer.body.toString('hex'), golden);
	t.true(Number.isSafeInteger(jobId));
	t.regex(auth, /^[\w-]+\.[\w-]+\.[\w-]+$/);
	const inJson = JSON.parse(
		(await send({...asked, headers: {...bincode, ...json}})).body.toString(),
	);
	t.deepEqual(Object.keys(inJson.Success), ['job_alloc', 'need_toolchain', 'cert_digest']);
	t.is(inJson.Success.job_alloc.server_id, one);

	t.is(await report(one, jobId, 'Ready'), 200);
	const state = await send({
		path: `${schedulerRoutes.jobState}/${jobId}`,
		token: await makeServerToken(one, secretKey),
		headers: bincode,
		body: Buffer.from('02000000', 'hex'),
	});
	t.is(state.body.toString('hex'), '00000000');
});

test('a token for a server of ours names the toolchain and has an end; a v1 client gets the same', async t => {
	const {heartbeat, allocate} = await startScheduler(t);
	await heartbeat(one);
	const {auth, jobId} = allocated(await allocate());
	const verdict = await verifyJobToken(auth, plainHeartbeat.jwtKey, {jobId, nowMs: Date.now()});
	t.deepEqual(verdict, {ok: true, jobId, toolchain: archiveId});
	const late = {jobId, nowMs: Date.now() + 7_200_000};
	t.like(await verifyJobToken(auth, plainHeartbeat.jwtKey, late), {ok: false});
});

test('what a client of ours asks for is looked at, and it hears of the server', async t => {
	const {send, heartbeat, status} = await startScheduler(t);
	await heartbeat(one);
	await heartbeat(two);
	await status(one, {arch: 'aarch64'});
	await status(two, {toolchains: [archiveId]});
	const ask = (requirements: object) =>
		send({
			path: schedulerRoutes.allocJob,
			token: clientToken,
			headers: {...bincode, ...json, [extensionHeaders.job]: JSON.stringify(requirements)},
			body: encode(toolchain, {archiveId}),
		});
	const answer = await ask({arch: 'x86_64', predictedMs: 100});
	const {Success} = JSON.parse(answer.body.toString());
	t.is(Success.job_alloc.server_id, two);
	t.false(Success.need_toolchain);
	const chosen = chosenServer.parse(JSON.parse(String(answer.headers[extensionHeaders.server])));
	t.deepEqual(chosen, {extensions: 1, speed: 1});
	const none = JSON.parse((await ask({arch: 'riscv64'})).body.toString());
	t.is(none.Fail.msg, 'Insufficient capacity across 2 available servers: no server is a riscv64');
	t.is((await ask({arch: 7})).status, 400);
});

test('clients: no token, a wrong one', async t => {
	const {send} = await startScheduler(t);
	const ask = (token?: string) =>
		send({
			path: schedulerRoutes.allocJob,
			headers: bincode,
			body: encode(toolchain, {archiveId}),
			...(token === undefined ? {} : {token}),
		});
	const none = await ask();
	t.is(none.status, 401);
	t.is(none.headers['www-authenticate'], 'Bearer error="no_bearer_auth"');
	const wrong = await ask('another token');
	t.is(wrong.status, 401);
	t.is(wrong.headers['www-authenticate'], 'Bearer error="bearer_auth_failed"');
	t.is(wrong.body.toString(), 'Fixed token mismatch');
	t.is((await send({method: 'GET', path: schedulerRoutes.servers})).status, 401);
});

test('servers: forged, expired, of another address; a proxy on this host may say whose it is', async t => {
	const said: string[] = [];
	const {send} = await startScheduler(t, said);
	const beat = async (token: string, headers = {}) => {
		const body = encode(heartbeatRequest, plainHeartbeat);
		const path = schedulerRoutes.heartbeat;
		const answer = await send({path, token, headers: {...bincode, ...headers}, body});
		return answer.status === 200 ? 'ok' : `${answer.status} ${answer.headers['www-authenticate']}`;
	};
	const signed = (claims: object, key = secretKey) => {
		const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
		const text = `${part({typ: 'JWT', alg: 'HS256'})}.${part(claims)}`;
		return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
	};
	const invalid = '401 Bearer error="invalid_bearer_token"';
	const elsewhere = '401 Bearer error="invalid_bearer_token_mismatched_address"';
	t.is(await beat(signed({exp: 0, server_id: one})), 'ok');
	t.is(await beat(signed({exp: 0, server_id: one}, Buffer.alloc(32, 8))), invalid, 'forged');
	t.is(await beat(signed({exp: 1_000_000, server_id: one})), invalid, 'expired');
	t.is(await beat(signed({exp: 0, server_id: one, more: 1})), invalid);
	t.is(await beat(`${one} dangerously_insecure_server`), invalid);
	t.is(await beat(await makeServerToken('10.1.1.1:10501', secretKey)), elsewhere);
	const proxied = {'x-real-ip': '10.1.1.1'};
	t.is(await beat(await makeServerToken('10.1.1.1:10501', secretKey), proxied), 'ok');
	t.is(await beat(await makeServerToken(one, secretKey), proxied), elsewhere);
	t.is(await beat(await makeServerToken('localhost:10501', secretKey)), 'ok', 'by its name');
	t.true(said.some(line => line.includes('a server is refused')));
	for (const line of said) t.notRegex(line, /eyJ/, 'no token is logged');
});

test('what can not be read, is too long or is not there', async t => {
	const {send, heartbeat, allocate, report} = await startScheduler(t);
	const token = clientToken;
	const path = schedulerRoutes.allocJob;
	const body = encode(toolchain, {archiveId});
	t.is((await send({path, token, body})).status, 400, 'no content type');
	t.is((await send({path, token, headers: bincode, body: body.subarray(0, 20)})).status, 400);
	const id = encode(toolchain, {archiveId: '../../etc'});
	t.is((await send({path, token, headers: bincode, body: id})).status, 400);
	t.is((await send({path, token, headers: bincode, body: Buffer.alloc(100_000)})).status, 413);
	t.is((await send({path: '/api/v1/scheduler/other'})).status, 404);
	t.is((await send({method: 'GET', path})).status, 405);
	t.is((await send({method: 'GET', path: certificatePath('nonsense')})).status, 404);
	const unknown = await send({method: 'GET', path: certificatePath(two)});
	t.is(unknown.status, 500);
	t.deepEqual(JSON.parse(unknown.body.toString()), {
		description: `${two} is not a server of this scheduler`,
		cause: null,
	});
	t.is((await heartbeat(one, {numCpus: 0})).status, 400);
	await heartbeat(one);
	await heartbeat(two, {}, true);
	const {jobId, serverId} = allocated(await allocate({avoid: {[two]: plainPin}}));
	t.is(serverId, one);
	t.is(await report(two, jobId, 'Ready'), 500, 'not its job');
});

test('a server that was started again is not the one that its client avoids', async t => {
	const {heartbeat, allocate} = await startScheduler(t);
	await heartbeat(one);
	const avoid = {[one]: plainPin};
	t.is((await allocate({avoid})).kind, 'Fail');
	await heartbeat(one, {serverNonce: 2n, certDigest: Buffer.alloc(32, 4)});
	t.is(allocated(await allocate({avoid})).serverId, one);
});

test('a job that never reached its server is taken back by a client, and its slot is free', async t => {
	const {send, heartbeat, allocate, report} = await startScheduler(t);
	await heartbeat(one, {numCpus: 1});
	const withdraw = async (job: number, token = clientToken) =>
		(await send({method: 'DELETE', path: `${schedulerRoutes.job}/${job}`, token})).status;
	const first = allocated(await allocate({}));
	const second = allocated(await allocate({}));
	t.is((await allocate({})).kind, 'Fail', 'one slot and one who queues there');
	t.is(await withdraw(first.jobId, 'another token'), 401);
	t.is((await allocate({})).kind, 'Fail');
	t.is(await withdraw(first.jobId), 200);
	t.is((await allocate({})).kind, 'Success');
	t.is(await withdraw(first.jobId), 200, 'once more is nothing');
	await report(one, second.jobId, 'Started');
	await withdraw(second.jobId);
	t.is((await allocate({})).kind, 'Fail', 'one that is begun counts until its server says more');
});

test('servers list: what is known of each, for clients', async t => {
	const {send, heartbeat, status, allocate, report} = await startScheduler(t);
	await heartbeat(one);
	await status(one);
	await heartbeat(two, {numCpus: 3}, true);
	const {jobId} = allocated(await allocate({predictedMs: 1000, avoid: {[two]: plainPin}}));
	t.is(await report(one, jobId, 'Started'), 200);
	t.is(await report(one, jobId, 'Complete', {ok: false, reason: 'disk full'}), 200);
	const answer = await send({method: 'GET', path: schedulerRoutes.servers, token: clientToken});
	const list = serverList.parse(JSON.parse(answer.body.toString()));
	t.is(list.queued, 0);
	t.like(list.servers[0], {address: one, extensions: 1, inProgress: 0, status: plainStatus});
	t.is(list.servers[0]?.quarantine?.reason, 'disk full');
	t.like(list.servers[1], {address: two, extensions: 0, numCpus: 3});
	t.is(list.servers[1]?.status, undefined);
});
