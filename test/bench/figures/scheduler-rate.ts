import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {connect, createServer, type Socket} from 'node:net';
import {join, resolve} from 'node:path';
import {makeServerToken} from '../../../src/auth/server-token.js';
import {parseAddress} from '../../../src/protocol/dist/address.js';
import {decode, encode} from '../../../src/protocol/dist/bincode.js';
import {extensionHeaders, type ServerStatus} from '../../../src/protocol/dist/extensions.js';
import {
	allocJobResponse,
	heartbeatRequest,
	jobState,
	toolchain,
} from '../../../src/protocol/dist/messages.js';
import {schedulerRoutes} from '../../../src/protocol/dist/routes.js';
import {type Figure, times} from '../figure.js';

const program = resolve(import.meta.dirname, '../../../src/bin/sccache-dist.js');
const servers = 1000;
/** What the scheduler tells so many servers to send, together. */
const statusesPerSecond = 500;
const width = 16;
const allocations = 20_000;
const archiveId = 'ab'.repeat(32);
const secretKey = Buffer.alloc(32, 7);

/** Allocations by clients of ours on connections that they keep, while all servers say how they are. The scheduler has one core. */
export const schedulerRate: Figure = {
	name: 'scheduler-rate',
	needs: ['taskset'],
	async measure({folder}, effort) {
		const port = await freePort();
		const scheduler = await startScheduler(folder, port);
		try {
			const {statuses, tokens} = await register(port);
			const beating = setInterval(() => statuses(statusesPerSecond / 50), 20);
			await allocate(port, times(2000, effort));
			const {perSecond, latenciesMs} = await allocate(port, times(allocations, effort));
			const whole = await allocate(port, times(allocations / 4, effort), tokens);
			clearInterval(beating);
			const sorted = latenciesMs.toSorted((a, b) => a - b);
			const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
			const from = {
				...{p50Ms: at(0.5), p99Ms: at(0.99), perSecond, servers, width},
				wholeJobsPerSecond: whole.perSecond,
			};
			return [
				{
					name: 'allocations per second, 1,000 servers',
					value: perSecond,
					unit: '/s',
					target: {atLeast: 2000},
					from,
				},
				{
					name: `allocation, ${width} at once, p99`,
					value: at(0.99),
					unit: 'ms',
					target: {atMost: 20},
					from,
				},
			];
		} finally {
			const ended = once(scheduler, 'exit');
			scheduler.kill('SIGKILL');
			await ended;
		}
	},
};

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const address = probe.address();
	probe.close();
	await once(probe, 'close');
	return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startScheduler(folder: string, port: number) {
	const config = join(folder, 'scheduler.conf');
	writeFileSync(
		config,
		`public_addr = "127.0.0.1:${port}"
client_auth = {type = "token", token = "shared"}
server_auth = {type = "jwt_hs256", secret_key = "${secretKey.toString('base64url')}"}
`,
		{mode: 0o600},
	);
	const args = ['-c', '0', process.execPath, program, 'scheduler', '--config', config];
	const child = spawn('taskset', args, {
		stdio: ['ignore', 'ignore', 'pipe'],
		env: {PATH: process.env.PATH, SCCACHE_NO_DAEMON: '1'},
	});
	let said = '';
	for await (const chunk of child.stderr) {
		said += chunk;
		if (said.includes('listens')) break;
	}
	if (!said.includes('listens')) throw new Error(`the scheduler did not start: ${said}`);
	return child;
}

interface Registered {
	/** Sends those of the next few servers. */
	statuses(count: number): void;
	/** Of each server, by its port. */
	readonly tokens: ReadonlyMap<number, string>;
}

/** Makes all servers known. */
async function register(port: number): Promise<Registered> {
	const connection = await open(port);
	const requests: Buffer[] = [];
	const tokens = new Map<number, string>();
	for (let n = 0; n < servers; n++) {
		const token = await makeServerToken(`127.0.0.1:${10_000 + n}`, secretKey);
		tokens.set(10_000 + n, token);
		const beat = encode(heartbeatRequest, {
			jwtKey: Buffer.alloc(32, n & 255),
			numCpus: 32,
			serverNonce: 1n,
			certDigest: Buffer.alloc(32),
			certPem: Buffer.alloc(1200),
		});
		await connection.ask(request(schedulerRoutes.heartbeat, token, beat));
		const status = request(schedulerRoutes.serverStatus, token, statusOf(n));
		await connection.ask(status);
		requests.push(status);
	}
	let next = 0;
	return {
		tokens,
		statuses: count => {
			for (let n = 0; n < count; n++) void connection.ask(requests[next++ % servers] as Buffer);
		},
	};
}

function statusOf(n: number): Buffer {
	const status: ServerStatus = {
		arch: n % 10 === 0 ? 'aarch64' : 'x86_64',
		slots: 32,
		running: n % 7,
		memoryTotalBytes: 64e9,
		memoryFreeBytes: 50e9,
		load: n % 9,
		toolchains: n % 3 === 0 ? [] : [archiveId],
		refused: {},
		state: 'up',
	};
	return Buffer.from(JSON.stringify(status));
}

/** With the servers' tokens: the jobs are also begun and ended. */
async function allocate(port: number, count: number, tokens?: ReadonlyMap<number, string>) {
	const connections = await Promise.all(Array.from({length: width}, () => open(port)));
	const requirements = JSON.stringify({arch: 'x86_64', predictedMs: 1500, inputsBytes: 300_000});
	const body = encode(toolchain, {archiveId});
	const message = request(schedulerRoutes.allocJob, 'shared', body, {
		[extensionHeaders.job]: requirements,
	});
	const latenciesMs: number[] = [];
	let left = count;
	const startedMs = performance.now();
	await Promise.all(
		connections.map(async connection => {
			while (left-- > 0) {
				const sentMs = performance.now();
				const answer = await connection.ask(message);
				latenciesMs.push(performance.now() - sentMs);
				const response = decode(allocJobResponse, answer);
				if (response.kind === 'Fail') throw new Error(response.value.msg);
				if (tokens === undefined) continue;
				const {jobId, serverId} = response.value.jobAlloc;
				const token = tokens.get(parseAddress(serverId)?.port ?? 0) ?? '';
				for (const kind of ['Started', 'Complete'] as const) {
					const path = `${schedulerRoutes.jobState}/${jobId}`;
					await connection.ask(request(path, token, encode(jobState, {kind})));
				}
			}
			connection.close();
		}),
	);
	return {perSecond: (count * 1000) / (performance.now() - startedMs), latenciesMs};
}

function request(path: string, token: string, body: Buffer, headers = {}): Buffer {
	const all = {
		host: 'localhost',
		authorization: `Bearer ${token}`,
		'content-type': 'application/octet-stream',
		'content-length': body.length,
		[extensionHeaders.level]: 1,
		...headers,
	};
	const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
	return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

interface Connection {
	/** The body of the answer, which must be a 200. Answers come in the order of the requests. */
	ask(message: Buffer): Promise<Buffer>;
	close(): void;
}

/** As little HTTP as will do, so that the core that is not the scheduler's keeps up. */
async function open(port: number): Promise<Connection> {
	const socket: Socket = connect({port, host: '127.0.0.1', noDelay: true});
	await once(socket, 'connect');
	const awaited: {resolve: (body: Buffer) => void; reject: (error: Error) => void}[] = [];
	let received: Buffer = Buffer.alloc(0);
	socket.on('data', chunk => {
		received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
		for (;;) {
			const headEnd = received.indexOf('\r\n\r\n');
			if (headEnd === -1) return;
			const head = received.toString('latin1', 0, headEnd);
			const end = headEnd + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
			if (received.length < end) return;
			const body = received.subarray(headEnd + 4, end);
			received = received.subarray(end);
			const {resolve, reject} = awaited.shift() ?? {resolve: () => {}, reject: () => {}};
			if (head.startsWith('HTTP/1.1 200')) resolve(body);
			else reject(new Error(`${head}\n${body}`));
		}
	});
	socket.on('error', error => {
		for (const {reject} of awaited.splice(0)) reject(error);
	});
	return {
		ask: message =>
			new Promise((resolve, reject) => {
				awaited.push({resolve, reject});
				socket.write(message);
			}),
		close: () => socket.destroy(),
	};
}
