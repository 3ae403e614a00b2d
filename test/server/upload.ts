import type {ClientRequest, IncomingMessage} from 'node:http';
import {request} from 'node:https';
import {decode} from '../../src/protocol/dist/bincode.js';
import {submitToolchainResponse} from '../../src/protocol/dist/messages.js';
import {serverRoutes} from '../../src/protocol/dist/routes.js';
import type {RunningServer} from './running-server.js';

/** An upload of a toolchain that goes on as the test says. */
export class Upload {
	readonly #request: ClientRequest;
	readonly #kind: Promise<string>;
	isToldToSend = false;

	/** `asks`: it waits to be told before it sends. */
	constructor(server: RunningServer, job: number, token: string, asks: boolean) {
		this.#request = request(`${server.url}${serverRoutes.submitToolchain}/${job}`, {
			method: 'POST',
			ca: server.scheduler.heartbeat.certPem,
			agent: false,
			headers: {
				authorization: `Bearer ${token}`,
				'transfer-encoding': 'chunked',
				...(asks ? {expect: '100-continue'} : {}),
			},
		});
		this.#request.on('continue', () => {
			this.isToldToSend = true;
		});
		this.#kind = new Promise((resolve, reject) => {
			this.#request.on('response', answer => collect(answer).then(resolve, reject));
			this.#request.on('error', reject);
		});
		// Whoever does not ask for it need not look.
		this.#kind.catch(() => {});
		this.#request.flushHeaders();
	}

	/** Resolves when all of it has left us. */
	send(bytes: Buffer): Promise<void> {
		return new Promise(resolve => this.#request.write(bytes, () => resolve()));
	}

	breakOff(): void {
		this.#request.destroy();
	}

	finish(): Promise<string> {
		this.#request.end();
		return this.#kind;
	}

	answer(): Promise<string> {
		return this.#kind;
	}
}

async function collect(answer: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of answer) chunks.push(chunk as Buffer);
	if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}`);
	return decode(submitToolchainResponse, Buffer.concat(chunks)).kind;
}
