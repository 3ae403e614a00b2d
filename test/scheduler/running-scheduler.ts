import {randomBytes} from 'node:crypto';
import type {ExecutionContext} from 'ava';
import {createClientCheck} from '../../src/auth/client-check.js';
import {createServerCheck} from '../../src/auth/server-check.js';
import {makeServerToken} from '../../src/auth/server-token.js';
import type {Gate} from '../../src/dashboard/gate.js';
import {Connections, type IncomingAnswer} from '../../src/http/client.js';
import {listen} from '../../src/http/listen.js';
import {Secret} from '../../src/lib/secret.js';
import {createMetrics} from '../../src/metrics/create-metrics.js';
import {readersWith} from '../../src/metrics/readers.js';
import {type Codec, decode, encode} from '../../src/protocol/dist/bincode.js';
import {
	extensionHeaders,
	type JobReport,
	type JobRequirements,
	type ServerStatus,
} from '../../src/protocol/dist/extensions.js';
import {
	type AllocJobResponse,
	allocJobResponse,
	type HeartbeatRequest,
	heartbeatRequest,
	type JobState,
	jobState,
	toolchain,
} from '../../src/protocol/dist/messages.js';
import {schedulerRoutes} from '../../src/protocol/dist/routes.js';
import {createApp} from '../../src/scheduler/app.js';
import {createAssign} from '../../src/scheduler/assign.js';
import {ownLedger} from '../../src/scheduler/ledger.js';
import {RedisLedger} from '../../src/scheduler/redis-ledger.js';
import {logInto} from '../lib/said-log.js';

export const clientToken = 'the token of all clients';
export const secretKey = Buffer.alloc(32, 7);
export const archiveId = 'ab'.repeat(32);

export interface RunningScheduler extends Peers {
	/** Of the scheduler; real time goes on beside it. */
	advance(ms: number): void;
	refuse(): void;
	/** As far as others see it, it ends. */
	close(): Promise<void>;
}

/** Clients and servers of a scheduler. */
export interface Peers {
	readonly url: string;
	send(request: Sent): Promise<IncomingAnswer>;
	/** As a client of v1, unless it has requirements. */
	allocate(requirements?: Partial<JobRequirements>, from?: string): Promise<AllocJobResponse>;
	/** As a server of ours, unless told. */
	heartbeat(
		server: string,
		beat?: Partial<HeartbeatRequest>,
		v1?: boolean,
	): Promise<IncomingAnswer>;
	status(server: string, status?: Partial<ServerStatus>): Promise<unknown>;
	report(server: string, job: number, kind: JobState['kind'], report?: JobReport): Promise<number>;
}

export interface Sent {
	readonly method?: 'GET' | 'POST' | 'DELETE';
	readonly path: string;
	readonly token?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Buffer;
	readonly signal?: AbortSignal;
}

const bincode = {'content-type': 'application/octet-stream'};

/** A scheduler on 127.0.0.1 until the test ends. What it says is kept. */
export async function startScheduler(
	t: ExecutionContext,
	said: string[] = [],
	dashboardGate?: Gate,
	redisUrl?: string,
): Promise<RunningScheduler> {
	let aheadMs = 0;
	const now = () => Date.now() + aheadMs;
	const connections = new Connections();
	const log = logInto(said);
	const app = createApp({
		checkClient: createClientCheck(
			{type: 'token', token: new Secret(clientToken)},
			{fetch, nowMs: now},
		),
		checkServer: createServerCheck(
			{type: 'jwt_hs256', secretKey: new Secret(secretKey.toString('base64url'))},
			now,
		),
		assign: createAssign(connections),
		openLedger: state => {
			if (redisUrl === undefined) return ownLedger;
			const redis = {url: new Secret(redisUrl), keyPrefix: 'test'};
			return new RedisLedger({redis, id: randomBytes(8).toString('hex'), state, log});
		},
		random: Math.random,
		now,
		log,
		metrics: createMetrics({component: 'scheduler', version: '0'}),
		refuseReader: readersWith(undefined),
		version: '0',
		dashboardGate,
	});
	const server = await listen({
		host: '127.0.0.1',
		port: 0,
		routes: app.routes,
		onError: error => said.push(String(error)),
	});
	const ticking = setInterval(app.tick, 20);
	t.teardown(async () => {
		clearInterval(ticking);
		app.refuse();
		connections.close();
		await server.close(0);
		await app.close();
	});
	return {
		...peersOf(t, `http://127.0.0.1:${server.endpoint.port}`, connections),
		advance: ms => {
			aheadMs += ms;
		},
		refuse: app.refuse,
		close: app.close,
	};
}

/** What clients and servers say to the scheduler at a URL. */
export function peersOf(t: ExecutionContext, url: string, connections: Connections): Peers {
	const send = ({path, method = 'POST', ...rest}: Sent) =>
		// The level that is sent anyway is not looked at where `headers` has one.
		connections.send({...rest, method, url: `${url}${path}`, timeoutMs: 20_000});
	return {
		url,
		send,
		allocate: async (requirements, from) => {
			const job = {arch: 'x86_64', ...requirements};
			const answer = await send({
				path: schedulerRoutes.allocJob,
				token: clientToken,
				headers: {
					...bincode,
					...(requirements === undefined ? {} : {[extensionHeaders.job]: JSON.stringify(job)}),
					...(from === undefined ? {} : {'x-real-ip': from}),
				},
				body: encode(toolchain, {archiveId}),
			});
			t.is(answer.status, 200, answer.body.toString());
			return decode(allocJobResponse, answer.body);
		},
		heartbeat: async (address, beat, v1 = false) =>
			send({
				path: schedulerRoutes.heartbeat,
				token: await makeServerToken(address, secretKey),
				headers: {...bincode, ...(v1 ? {[extensionHeaders.level]: '0'} : {})},
				body: encode(heartbeatRequest, {...plainHeartbeat, ...beat}),
			}),
		status: async (address, status) => {
			const {body} = await send({
				path: schedulerRoutes.serverStatus,
				token: await makeServerToken(address, secretKey),
				body: Buffer.from(JSON.stringify({...plainStatus, ...status})),
			});
			return JSON.parse(body.toString()) as unknown;
		},
		report: async (address, job, kind, report) => {
			const answer = await send({
				path: `${schedulerRoutes.jobState}/${job}`,
				token: await makeServerToken(address, secretKey),
				headers: {
					...bincode,
					...(report === undefined ? {} : {[extensionHeaders.report]: JSON.stringify(report)}),
				},
				body: encode(jobState, {kind}),
			});
			return answer.status;
		},
	};
}

export const plainHeartbeat: HeartbeatRequest = {
	jwtKey: Buffer.alloc(32, 9),
	numCpus: 2,
	serverNonce: 1n,
	certDigest: Buffer.alloc(32, 3),
	certPem: Buffer.from('PEM'),
};

/** As clients know the certificate of such a server. */
export const plainPin = plainHeartbeat.certDigest.toString('hex');

export const plainStatus: ServerStatus = {
	arch: 'x86_64',
	slots: 2,
	running: 0,
	memoryTotalBytes: 16e9,
	memoryFreeBytes: 16e9,
	load: 0,
	toolchains: [],
	refused: {},
	state: 'up',
};

/** The job and its token; throws for a Fail. */
export function allocated(response: AllocJobResponse) {
	if (response.kind === 'Fail') throw new Error(response.value.msg);
	return {...response.value, ...response.value.jobAlloc};
}

export function read<Value>(codec: Codec<Value>, {body}: IncomingAnswer): Value {
	return decode(codec, body);
}
