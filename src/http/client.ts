import type {IncomingHttpHeaders} from 'node:http';
import type {Agent as HttpsAgent} from 'node:https';
import {Readable} from 'node:stream';
import got, {type Request as GotRequest, type Response} from 'got';
import {AppError} from '../lib/errors.js';
import {extensionHeaders, extensionLevel} from '../protocol/dist/extensions.js';
import {Agents} from './agents.js';
import {heldBack} from './held-back.js';
import {peerError} from './peer-error.js';

export interface OutgoingRequest {
	readonly method: 'GET' | 'POST' | 'DELETE';
	readonly url: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** A stream is sent in chunks, and destroyed at the end whatever happened. */
	readonly body?: Buffer | Readable;
	/** For the whole of it, until the last byte of the answer. */
	readonly timeoutMs: number;
	/** For each of: finding the address, connecting, TLS. 5 s if missing. */
	readonly connectTimeoutMs?: number;
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

export interface IncomingAnswer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

const plain = got.extend({
	retry: {limit: 0},
	followRedirect: false,
	throwHttpErrors: false,
	decompress: false,
	headers: {'user-agent': undefined, [extensionHeaders.level]: String(extensionLevel)},
});

/** All that one daemon sends, over connections that are kept. */
export class Connections {
	readonly #agents = new Agents();
	readonly #running = new Set<GotRequest>();
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
		} catch (error) {
			throw peerError(error, origin);
		} finally {
			if (body instanceof Readable) body.destroy();
		}
	}

	/** Cancels what runs. */
	close(): void {
		this.#isClosed = true;
		for (const stream of this.#running) stream.destroy();
		this.#agents.close();
	}

	async #exchange(request: OutgoingRequest, origin: string): Promise<IncomingAnswer> {
		const stream = this.#begin(request);
		const cancel = () => stream.destroy();
		this.#running.add(stream);
		request.signal?.addEventListener('abort', cancel);
		try {
			return await answerOf(stream, request.answerLimitBytes ?? 1024 * 1024, origin);
		} finally {
			request.signal?.removeEventListener('abort', cancel);
			this.#running.delete(stream);
			stream.destroy();
		}
	}

	#begin(request: OutgoingRequest): GotRequest {
		const {url, method, pin, keepAlive = true, connectTimeoutMs = 5000, timeoutMs} = request;
		const agent = this.#agents.of(new URL(url).protocol, {keepAlive, pin});
		const held = request.askFirst && request.body ? heldBack(request.body) : undefined;
		// Got waits for the body of what is not a GET.
		const whole = held?.body ?? request.body ?? (method === 'GET' ? undefined : Buffer.alloc(0));
		const body = whole instanceof Buffer ? inParts(whole) : whole;
		const stream = plain.stream(url, {
			method,
			headers: {
				...request.headers,
				...(request.token === undefined ? {} : {authorization: `Bearer ${request.token}`}),
				...held?.headers,
				...(whole instanceof Buffer ? {'content-length': String(whole.length)} : {}),
			},
			...(body === undefined ? {} : {body}),
			// One of the two is looked at, and it is of the right kind.
			agent: {http: agent, https: agent as HttpsAgent},
			timeout: {
				lookup: connectTimeoutMs,
				connect: connectTimeoutMs,
				secureConnect: connectTimeoutMs,
				request: timeoutMs,
			},
		});
		if (held !== undefined) {
			stream.once('request', sent => sent.once('continue', held.release));
		}
		return stream;
	}
}

const partBytes = 256 * 1024;

/** What TLS is given at once it holds a second time, encrypted. */
function inParts(body: Buffer): Buffer | Readable {
	if (body.length <= partBytes) return body;
	const parts = Array.from({length: Math.ceil(body.length / partBytes)}, (_, index) =>
		body.subarray(index * partBytes, (index + 1) * partBytes),
	);
	return Readable.from(parts);
}

/** Collects an answer. */
function answerOf(stream: GotRequest, limitBytes: number, origin: string): Promise<IncomingAnswer> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let sizeBytes = 0;
		let response: Response | undefined;
		// To make an error that nobody gets, with its stack, takes a tenth of a millisecond.
		let isOver = false;
		stream.once('response', (head: Response) => {
			response = head;
			if (Number(head.headers['content-length'] ?? 0) > limitBytes) {
				stream.destroy(tooLong(origin, limitBytes));
			}
		});
		stream.on('data', (chunk: Buffer) => {
			sizeBytes += chunk.length;
			if (sizeBytes > limitBytes) stream.destroy(tooLong(origin, limitBytes));
			else chunks.push(chunk);
		});
		stream.once('end', () => {
			if (response === undefined) return;
			const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
			isOver = true;
			resolve({status: response.statusCode, headers: response.headers, body});
		});
		stream.on('error', reject);
		stream.once('close', () => {
			if (!isOver) reject(cancelled(origin));
		});
	});
}

function cancelled(origin: string): AppError {
	return new AppError('REQUEST_CANCELLED', `the request to ${origin} was cancelled`);
}

function tooLong(origin: string, limitBytes: number): AppError {
	return new AppError('PEER_BROKEN', `${origin} answers with more than ${limitBytes} bytes`, {
		fields: {reason: 'too long'},
	});
}
