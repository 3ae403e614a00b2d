import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {deflateSync, inflateSync} from 'node:zlib';
import {makeCertificate, type ServerCertificate} from '../../src/http/certificate.js';
import {type Codec, decode, encode} from '../../src/protocol/dist/bincode.js';
import {
	allocJobResponse,
	type RunJobRequest,
	runJobRequest,
	runJobResponse,
	schedulerStatus,
	serverCertificateResponse,
	submitToolchainResponse,
	toolchain,
} from '../../src/protocol/dist/messages.js';
import {certificatePath, schedulerRoutes, serverRoutes} from '../../src/protocol/dist/routes.js';
import {identifyArchive} from '../../src/toolchain/archive-id.js';

export interface Done {
	readonly code: number;
	readonly stderr: Buffer;
	readonly outputs: ReadonlyMap<string, Buffer>;
}

export interface StrictV1Options {
	/** What clients must show. */
	readonly token: string;
	/** Does a job: its inputs are a tar archive. */
	readonly perform: (request: RunJobRequest, inputs: Buffer) => Promise<Done>;
}

/**
 * A scheduler and a server that speak v1 and no more: no header of ours is answered, each connection ends with its answer, and what
 * upstream's would refuse, or does not expect of a client, is remembered as a violation.
 */
export class StrictV1Farm {
	readonly violations: string[] = [];
	/** Of toolchains, in order. */
	readonly uploads: string[] = [];
	/** What run_job answers with instead. */
	failure: number | undefined;
	readonly #options: StrictV1Options;
	readonly #certificate: ServerCertificate;
	readonly #scheduler: Server;
	readonly #server: Server;
	/** The toolchain of each, by its token. */
	readonly #jobs = new Map<string, {readonly id: number; readonly toolchain: string}>();
	#nextJob = 0;

	private constructor(options: StrictV1Options, certificate: ServerCertificate) {
		this.#options = options;
		this.#certificate = certificate;
		this.#scheduler = createServer((...exchange) => void this.#serve(exchange, this.#schedule));
		const tls = {cert: certificate.certPem, key: certificate.keyPem};
		this.#server = createTlsServer(tls, (...exchange) => void this.#serve(exchange, this.#build));
	}

	static async start(options: StrictV1Options): Promise<StrictV1Farm> {
		const address = {host: '127.0.0.1', port: 1};
		const certificate = await makeCertificate({address, nowMs: Date.now()});
		const farm = new StrictV1Farm(options, certificate);
		for (const server of [farm.#scheduler, farm.#server]) {
			server.on('checkContinue', (_, response: ServerResponse) => {
				farm.violations.push('Expect: 100-continue');
				response.writeHead(417).end();
			});
			await once(server.listen(0, '127.0.0.1'), 'listening');
		}
		return farm;
	}

	get schedulerUrl(): string {
		return `http://127.0.0.1:${portOf(this.#scheduler)}`;
	}

	get serverAddress(): string {
		return `127.0.0.1:${portOf(this.#server)}`;
	}

	async close(): Promise<void> {
		for (const server of [this.#scheduler, this.#server]) {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		}
	}

	async #serve(
		[request, response]: [IncomingMessage, ServerResponse],
		answer: (request: Received) => Promise<Answer>,
	): Promise<void> {
		const {method = '', url = '', headers} = request;
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		if (headers.connection !== 'close') this.#violation(`${url}: Connection ${headers.connection}`);
		const received = {
			method,
			url,
			token: headers.authorization?.replace(/^Bearer /, ''),
			isOctets: headers['content-type']?.startsWith('application/octet-stream') === true,
			body: Buffer.concat(chunks),
		};
		let result: Answer;
		try {
			result = await answer.call(this, received);
		} catch (error) {
			this.#violation(`${method} ${url}: ${error}`);
			result = {status: 400};
		}
		const {status = 200, body = Buffer.alloc(0)} = result;
		response
			.writeHead(status, {
				connection: 'close',
				'content-type': 'application/octet-stream',
				'content-length': body.length,
				...(status === 401 ? {'www-authenticate': 'Bearer error="bearer_auth_failed"'} : {}),
			})
			.end(body);
	}

	async #schedule({method, url, token, isOctets, body}: Received): Promise<Answer> {
		if (url === schedulerRoutes.status && method === 'GET') {
			return {body: encode(schedulerStatus, {numServers: 1, numCpus: 4, inProgress: 0})};
		}
		const {digest: certDigest, certPem} = this.#certificate;
		if (url === certificatePath(this.serverAddress)) {
			const certificate = {certDigest, certPem: Buffer.from(certPem)};
			return {body: encode(serverCertificateResponse, certificate)};
		}
		if (url !== schedulerRoutes.allocJob || method !== 'POST') return this.#unknown(method, url);
		if (token !== this.#options.token) return {status: 401};
		if (!isOctets) throw new Error('Content-Type');
		const {archiveId} = exactly(toolchain, body);
		const auth = randomBytes(16).toString('hex');
		const jobId = this.#nextJob++;
		this.#jobs.set(auth, {id: jobId, toolchain: archiveId});
		const needToolchain = !this.uploads.includes(archiveId);
		const jobAlloc = {auth, jobId, serverId: this.serverAddress};
		const value = {jobAlloc, needToolchain, certDigest};
		return {body: encode(allocJobResponse, {kind: 'Success', value})};
	}

	async #build({method, url, token = '', body}: Received): Promise<Answer> {
		const job = this.#jobs.get(token);
		if (job === undefined) {
			this.#violation(`${method} ${url}: not the token of a job`);
			return {status: 401};
		}
		if (method === 'POST' && url === `${serverRoutes.submitToolchain}/${job.id}`) {
			const identity = await identifyArchive();
			identity.update(body);
			if (identity.id() !== job.toolchain) throw new Error('not the toolchain of its job');
			this.uploads.push(job.toolchain);
			return {body: encode(submitToolchainResponse, {kind: 'Success'})};
		}
		if (method !== 'POST' || url !== `${serverRoutes.runJob}/${job.id}`) {
			return this.#unknown(method, url);
		}
		this.#jobs.delete(token);
		if (!this.uploads.includes(job.toolchain)) throw new Error('no toolchain');
		const sizeBytes = body.readUInt32BE();
		const request = exactly(runJobRequest, body.subarray(4, 4 + sizeBytes));
		const inputs = inflateSync(body.subarray(4 + sizeBytes));
		if (this.failure !== undefined) return {status: this.failure};
		const {code, stderr, outputs} = await this.#options.perform(request, inputs);
		const value = {
			output: {code, stdout: Buffer.alloc(0), stderr},
			outputs: [...outputs].map(
				([path, bytes]) => [path, [deflateSync(bytes, {level: 1}), bytes.length]] as const,
			),
		};
		return {body: encode(runJobResponse, {kind: 'Complete', value})};
	}

	#unknown(method: string, url: string): Answer {
		this.#violation(`${method} ${url}: no such route`);
		return {status: 404};
	}

	#violation(text: string): void {
		this.violations.push(text);
	}
}

interface Received {
	readonly method: string;
	readonly url: string;
	readonly token: string | undefined;
	readonly isOctets: boolean;
	readonly body: Buffer;
}

interface Answer {
	readonly status?: number;
	readonly body?: Buffer;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** To the byte as it would be written. */
function exactly<Value>(codec: Codec<Value>, bytes: Buffer): Value {
	const value = decode(codec, bytes);
	if (!encode(codec, value).equals(bytes)) throw new Error('the body is not what it should be');
	return value;
}
