import {once} from 'node:events';
import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {signJobToken} from '../../src/auth/job-token.js';
import {decode, encode} from '../../src/protocol/dist/bincode.js';
import {
	extensionHeaders,
	type JobReport,
	jobReport,
	type ServerStatus,
	serverStatus,
} from '../../src/protocol/dist/extensions.js';
import {
	type HeartbeatRequest,
	heartbeatRequest,
	heartbeatResponse,
	jobState,
	updateJobStateResponse,
} from '../../src/protocol/dist/messages.js';
import {schedulerRoutes} from '../../src/protocol/dist/routes.js';
import {until} from '../helpers/until.js';

/** A test, or what stands for several. */
export interface Teardowns {
	teardown(run: () => unknown): void;
}

export interface Told {
	readonly job: number;
	readonly state: string;
	readonly report: JobReport;
}

/** Hears what a server says, and says what it is told to say. */
export class StubScheduler {
	readonly heartbeats: HeartbeatRequest[] = [];
	readonly statuses: ServerStatus[] = [];
	readonly states: Told[] = [];
	readonly tokens = new Set<string>();
	/** 0: as upstream's. */
	extensions: 0 | 1;
	isKnown = true;
	nextMs = 200;
	readonly #server = createServer((request, response) => {
		void this.#answer(request).then(({status = 200, body = Buffer.alloc(0)}) => {
			if (this.extensions > 0) response.setHeader(extensionHeaders.level, '1');
			response.writeHead(status, {'content-length': body.length}).end(body);
		});
	});

	constructor(extensions: 0 | 1) {
		this.extensions = extensions;
	}

	static async start(t: Teardowns, extensions: 0 | 1, port = 0): Promise<StubScheduler> {
		const stub = new StubScheduler(extensions);
		await stub.listen(port);
		t.teardown(() => stub.close());
		return stub;
	}

	async listen(port: number): Promise<void> {
		this.#server.listen(port, '127.0.0.1');
		await once(this.#server, 'listening');
	}

	async close(): Promise<void> {
		if (!this.#server.listening) return;
		this.#server.closeAllConnections();
		this.#server.close();
		await once(this.#server, 'close');
	}

	get port(): number {
		return (this.#server.address() as AddressInfo).port;
	}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	get heartbeat(): HeartbeatRequest {
		const last = this.heartbeats.at(-1);
		if (last === undefined) throw new Error('no heartbeat came');
		return last;
	}

	token(jobId: number, toolchain?: string, expiresS?: number): Promise<string> {
		return signJobToken(
			{
				jobId,
				...(toolchain === undefined ? {} : {toolchain}),
				...(expiresS === undefined ? {} : {expiresS}),
			},
			this.heartbeat.jwtKey,
		);
	}

	/** What was told of a job, once it is complete. */
	async storyOf(job: number): Promise<readonly Told[]> {
		await until(() => this.states.some(told => told.job === job && told.state === 'Complete'));
		return this.states.filter(told => told.job === job);
	}

	async #answer(request: IncomingMessage): Promise<{status?: number; body?: Buffer}> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks);
		const url = request.url ?? '';
		this.tokens.add(request.headers.authorization ?? '');
		if (url === schedulerRoutes.heartbeat) {
			this.heartbeats.push(decode(heartbeatRequest, body));
			return {body: encode(heartbeatResponse, {isNew: this.heartbeats.length === 1})};
		}
		if (url.startsWith(`${schedulerRoutes.jobState}/`)) {
			const report = JSON.parse(String(request.headers[extensionHeaders.report] ?? '{}'));
			this.states.push({
				job: Number(url.slice(schedulerRoutes.jobState.length + 1)),
				state: decode(jobState, body).kind,
				report: jobReport.parse(report),
			});
			return {body: encode(updateJobStateResponse, {kind: 'Success'})};
		}
		if (url === schedulerRoutes.serverStatus && this.extensions > 0) {
			this.statuses.push(serverStatus.parse(JSON.parse(body.toString())));
			const reply = {known: this.isKnown, nextMs: this.nextMs};
			return {body: Buffer.from(JSON.stringify(reply))};
		}
		return {status: 404};
	}
}
