import {request as httpRequest} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {Readable} from 'node:stream';
import {AppError} from '../lib/errors.js';
import {extensionHeaders, extensionLevel} from '../protocol/dist/extensions.js';
import {Agents} from './agents.js';
import {type Exchange, exchange, type IncomingAnswer} from './exchange.js';
import {heldBack} from './held-back.js';

export type {IncomingAnswer} from './exchange.js';

export interface OutgoingRequest {
	readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'MKCOL';
	readonly url: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** A stream is sent in chunks, and destroyed at the end whatever happened. */
	readonly body?: Buffer | Readable;
	/** For the whole of it, until the last byte of the answer. */
	readonly timeoutMs: number;
	/** For each of: finding the address, connecting, TLS. 5 s if missing. */
	readonly connectTimeoutMs?: number;
	/** The last byte of the request has left. */
	readonly onSent?: () => void;
	readonly signal?: AbortSignal;
	/** For `Authorization: Bearer`. */
	readonly token?: string;
	/** SHA-256 in hex of the only certificate (DER) that the server may show. */
	readonly pin?: string;
	/** False: one connection for this request alone, which is what servers of v1 need. */
	readonly keepAlive?: boolean;
	/** The body is sent when the server asks for it (or is silent about it), and not at all if it answers first. */
	readonly askFirst?: boolean;
	/** 1 MiB if missing. */
	readonly answerLimitBytes?: number;
}

/** All that one daemon sends, over connections that are kept. */
export class Connections {
	readonly #agents = new Agents();
	readonly #running = new Set<Exchange>();
	#isClosed = false;

	/**
	 * Sends once: nothing is repeated or followed. Whatever the status, an answer is an answer. Throws AppError PEER_UNREACHABLE (never
	 * connected), PEER_BROKEN (ended in the middle, or not HTTP, or too long; `reused`: on a connection that had served before, which
	 * the peer perhaps had just closed), PEER_TIMED_OUT, PEER_UNTRUSTED, REQUEST_CANCELLED.
	 */
	async send(request: OutgoingRequest): Promise<IncomingAnswer> {
		const {signal, body, url} = request;
		const {origin} = new URL(url);
		try {
			if (signal?.aborted || this.#isClosed) throw cancelled(origin);
			return await this.#exchange(request, origin);
		} finally {
			if (body instanceof Readable) body.destroy();
		}
	}

	/** Cancels what runs. */
	close(): void {
		this.#isClosed = true;
		for (const {fail, origin} of this.#running) fail(cancelled(origin));
		this.#agents.close();
	}

	async #exchange(request: OutgoingRequest, origin: string): Promise<IncomingAnswer> {
		const exchange = this.#begin(request, origin);
		const cancel = () => exchange.fail(cancelled(origin));
		this.#running.add(exchange);
		request.signal?.addEventListener('abort', cancel);
		try {
			return await exchange.answer;
		} finally {
			request.signal?.removeEventListener('abort', cancel);
			this.#running.delete(exchange);
		}
	}

	#begin(request: OutgoingRequest, origin: string): Exchange {
		const {method, pin, keepAlive = true, token} = request;
		const url = new URL(request.url);
		const held = request.askFirst && request.body ? heldBack(request.body) : undefined;
		const body = held?.body ?? request.body ?? (method === 'GET' ? undefined : noBody);
		const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
		const sent = send(url, {
			method,
			headers: {
				[extensionHeaders.level]: String(extensionLevel),
				...request.headers,
				...(token === undefined ? {} : {authorization: `Bearer ${token}`}),
				...held?.headers,
				...(body instanceof Buffer ? {'content-length': String(body.length)} : {}),
			},
			agent: this.#agents.of(url.protocol, {keepAlive, pin}),
		});
		if (request.onSent !== undefined) sent.once('finish', request.onSent);
		if (held !== undefined) {
			sent.once('continue', held.release);
			sent.flushHeaders();
		}
		return exchange(sent, body instanceof Buffer ? inParts(body) : body, {
			origin,
			isSecured: url.protocol === 'https:',
			timeoutMs: request.timeoutMs,
			connectTimeoutMs: request.connectTimeoutMs ?? 5000,
			answerLimitBytes: request.answerLimitBytes ?? 1024 * 1024,
		});
	}
}

const noBody = Buffer.alloc(0);
const partBytes = 256 * 1024;

/** What TLS is given at once it holds a second time, encrypted. */
function inParts(body: Buffer): Buffer | Readable {
	if (body.length <= partBytes) return body;
	const parts = Array.from({length: Math.ceil(body.length / partBytes)}, (_, index) =>
		body.subarray(index * partBytes, (index + 1) * partBytes),
	);
	return Readable.from(parts);
}

function cancelled(origin: string): AppError {
	return new AppError('REQUEST_CANCELLED', `the request to ${origin} was cancelled`);
}
