import test, {type ExecutionContext} from 'ava';
import {verifyJobToken} from '../../src/auth/job-token.js';
import {bearerToken} from '../../src/http/bearer.js';
import {makeCertificate} from '../../src/http/certificate.js';
import {readValue, valueAnswer} from '../../src/http/content.js';
import {listen} from '../../src/http/listen.js';
import {formatAddress} from '../../src/protocol/dist/address.js';
import {serverList} from '../../src/protocol/dist/extensions.js';
import {
	type AssignJobResponse,
	assignJobResponse,
	type HeartbeatRequest,
	toolchain,
} from '../../src/protocol/dist/messages.js';
import {schedulerRoutes, serverRoutes} from '../../src/protocol/dist/routes.js';
import {allocated, archiveId, clientToken, startScheduler} from './running-scheduler.js';

const jwtKey = Buffer.alloc(32, 5);

interface V1Server {
	readonly pin: string;
	readonly address: string;
	readonly beat: Partial<HeartbeatRequest>;
	/** Ids of the jobs that it was told of. */
	readonly told: readonly number[];
}

/** Speaks assign_job as Mozilla's server does. `answer` throws: it fails. */
async function startV1Server(
	t: ExecutionContext,
	answer: () => AssignJobResponse,
): Promise<V1Server> {
	const host = '127.0.0.1';
	const told: number[] = [];
	const identity = await makeCertificate({address: {host, port: 10501}, nowMs: Date.now()});
	const server = await listen({
		...{host, port: 0, identity},
		routes: [
			{
				method: 'POST',
				path: `${serverRoutes.assignJob}/*`,
				handle: async request => {
					const jobId = Number(request.parameter);
					const verdict = await verifyJobToken(bearerToken(request), jwtKey, {
						jobId,
						nowMs: Date.now(),
					});
					t.deepEqual(verdict, {ok: true, jobId}, 'v1 takes no claim but its own');
					t.is(request.headers.connection, 'close');
					const {archiveId: id} = await readValue(request, toolchain, 1000);
					t.is(id, archiveId);
					told.push(jobId);
					return valueAnswer(request, assignJobResponse, answer());
				},
			},
		],
		onError: () => {},
	});
	t.teardown(() => server.close(0));
	const certPem = Buffer.from(identity.certPem);
	return {
		address: formatAddress(server.endpoint),
		beat: {jwtKey, certPem, certDigest: identity.digest, numCpus: 4},
		pin: identity.digest.toString('hex'),
		told,
	};
}

const ready = (): AssignJobResponse => ({state: {kind: 'Ready'}, needToolchain: false});
const pending = (): AssignJobResponse => ({state: {kind: 'Pending'}, needToolchain: true});
const broken = (): never => {
	throw new Error('no space left');
};

test('a v1 server is told of its job before the client is, and says whether it needs the toolchain', async t => {
	const {heartbeat, allocate, report} = await startScheduler(t);
	const {address, beat, told} = await startV1Server(t, pending);
	await heartbeat(address, beat, true);
	const {jobId, serverId, needToolchain, auth, certDigest} = allocated(await allocate());
	t.is(serverId, address);
	t.true(needToolchain);
	t.deepEqual(told, [jobId]);
	t.deepEqual(certDigest, beat.certDigest);
	const admitted = await verifyJobToken(auth, jwtKey, {jobId, nowMs: Date.now()});
	t.deepEqual(admitted, {ok: true, jobId});
	for (const kind of ['Ready', 'Started', 'Complete'] as const) {
		t.is(await report(address, jobId, kind), 200, kind);
	}
	t.is(await report(address, jobId, 'Complete'), 500);
});

test('one that says Ready has begun at Ready', async t => {
	const {heartbeat, allocate, report} = await startScheduler(t);
	const {address, beat} = await startV1Server(t, ready);
	await heartbeat(address, beat, true);
	const {jobId, needToolchain} = allocated(await allocate());
	t.false(needToolchain);
	t.is(await report(address, jobId, 'Started'), 200);
});

test('a server that fails is remembered, and the next one gets the job; with none left it is a Fail', async t => {
	const {send, heartbeat, allocate} = await startScheduler(t);
	const bad = await startV1Server(t, broken);
	const good = await startV1Server(t, ready);
	// Faster by its size, so that it is asked first.
	await heartbeat(bad.address, {...bad.beat, numCpus: 64}, true);
	await heartbeat(good.address, good.beat, true);
	t.is(allocated(await allocate()).serverId, good.address);
	t.is(bad.told.length, 1);
	t.is(allocated(await allocate()).serverId, good.address);
	t.is(bad.told.length, 1, 'not asked again');
	const {body} = await send({method: 'GET', path: schedulerRoutes.servers, token: clientToken});
	const {servers} = serverList.parse(JSON.parse(body.toString()));
	t.like(
		servers.map(({inProgress, quarantine}) => ({inProgress, reason: quarantine?.reason})),
		[{inProgress: 0, reason: `${bad.address} answers 500`}, {inProgress: 2}],
	);
	const none = await allocate({avoid: {[good.address]: good.pin}});
	t.is(none.kind, 'Fail');
});

test('a server that shows another certificate, or none of whose ports answers, is a failed one', async t => {
	const {heartbeat, allocate} = await startScheduler(t);
	const {address, beat, told} = await startV1Server(t, ready);
	await heartbeat(address, {...beat, certDigest: Buffer.alloc(32, 1)}, true);
	t.is((await allocate()).kind, 'Fail');
	t.deepEqual(told, []);
	await heartbeat('127.0.0.1:1', beat, true);
	t.is((await allocate({})).kind, 'Fail');
});

test('full where Mozilla has it full', async t => {
	const {heartbeat, allocate} = await startScheduler(t);
	const {address, beat} = await startV1Server(t, ready);
	await heartbeat(address, {...beat, numCpus: 8}, true);
	for (let n = 0; n < 10; n++) t.is((await allocate({})).kind, 'Success');
	t.is((await allocate({})).kind, 'Fail');
});
