import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {join, resolve} from 'node:path';
import {makeServerToken} from '../../src/auth/server-token.js';
import {encode} from '../../src/protocol/dist/bincode.js';
import {extensionHeaders, type ServerStatus} from '../../src/protocol/dist/extensions.js';
import {heartbeatRequest} from '../../src/protocol/dist/messages.js';
import {schedulerRoutes} from '../../src/protocol/dist/routes.js';

/** A scheduler with one core, servers that are words alone, and as little HTTP between them as will do. */

const program = resolve(import.meta.dirname, '../../src/bin/sccache-dist.js');
export const archiveId = 'ab'.repeat(32);
const secretKey = Buffer.alloc(32, 7);

export async function startScheduler(folder: string, port: number) {
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

export interface Registered {
	/** Sends those of the next few servers. */
	statuses(count: number): void;
	/** Of each server, by its port. */
	readonly tokens: ReadonlyMap<number, string>;
}

/** Makes so many servers known. */
export async function register(port: number, servers: number): Promise<Registered> {
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

export function request(path: string, token: string, body: Buffer, headers = {}): Buffer {
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

export interface Connection {
	/** The body of the answer, which must be a 200. Answers come in the order of the requests. */
	ask(message: Buffer): Promise<Buffer>;
	close(): void;
}

/** As little HTTP as will do, so that the core that is not the scheduler's keeps up. */
export async function open(port: number): Promise<Connection> {
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
