import {Connections, type IncomingAnswer} from '../../src/http/client.js';
import {extensionHeaders} from '../../src/protocol/dist/extensions.js';
import {encodeInputs} from '../../src/protocol/dist/inputs-tar.js';
import {serverRoutes} from '../../src/protocol/dist/routes.js';
import type {RunningServer} from './running-server.js';
import type {Teardowns} from './stub-scheduler.js';
import {type Compile, hello, runBody} from './v1-client.js';

export interface OwnRun extends Compile {
	readonly headers?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
	readonly token?: string;
	/** Instead of the inputs' own. */
	readonly archive?: Buffer;
}

/** As our client: one connection, the certificate pinned, nothing compressed. */
export class OwnClient {
	readonly #server: RunningServer;
	readonly #connections = new Connections();

	constructor(t: Teardowns, server: RunningServer) {
		this.#server = server;
		t.teardown(() => this.#connections.close());
	}

	/** A job that nobody announced. */
	async run(job: number, toolchain: string, run: OwnRun = {}): Promise<IncomingAnswer> {
		const {headers, signal, token, archive = archiveOf(run), ...compile} = run;
		return this.#send(`${serverRoutes.runJob}/${job}`, {
			token: token ?? (await this.tokenOf(job, toolchain)),
			headers: {
				[extensionHeaders.inputsEncoding]: 'identity',
				[extensionHeaders.outputsEncoding]: 'identity',
				...headers,
			},
			body: runBody(compile, archive),
			...(signal === undefined ? {} : {signal}),
		});
	}

	async submit(job: number, toolchain: string, archive: Buffer): Promise<IncomingAnswer> {
		return this.#send(`${serverRoutes.submitToolchain}/${job}`, {
			token: await this.tokenOf(job, toolchain),
			body: archive,
			askFirst: true,
		});
	}

	async end(job: number, toolchain: string): Promise<IncomingAnswer> {
		const token = await this.tokenOf(job, toolchain);
		return this.#send(`${serverRoutes.job}/${job}`, {token, method: 'DELETE'});
	}

	async metrics(): Promise<string> {
		const {body} = await this.#send('/metrics', {method: 'GET'});
		return body.toString();
	}

	tokenOf(job: number, toolchain: string): Promise<string> {
		return this.#server.scheduler.token(job, toolchain, Math.ceil(Date.now() / 1000) + 3600);
	}

	#send(path: string, rest: Partial<Parameters<Connections['send']>[0]>): Promise<IncomingAnswer> {
		return this.#connections.send({
			method: 'POST',
			url: `${this.#server.url}${path}`,
			pin: this.#server.scheduler.heartbeat.certDigest.toString('hex'),
			timeoutMs: 60_000,
			...rest,
		});
	}
}

function archiveOf({inputs = [hello], folders = []}: OwnRun): Buffer {
	return Buffer.concat(encodeInputs({files: inputs, folders}));
}
