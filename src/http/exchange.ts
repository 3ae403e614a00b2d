import type {ClientRequest, IncomingHttpHeaders, IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';
import {Readable} from 'node:stream';
import {AppError} from '../lib/errors.js';
import {peerError} from './peer-error.js';

export interface IncomingAnswer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

/** A request that is on its way. */
export interface Exchange {
	readonly origin: string;
	readonly answer: Promise<IncomingAnswer>;
	/** Ends it with this error, unless it is over. */
	readonly fail: (error: Error) => void;
}

export interface ExchangeOptions {
	readonly origin: string;
	readonly isSecured: boolean;
	/** For the whole of it, until the last byte of the answer. */
	readonly timeoutMs: number;
	/** For each of: finding the address, connecting, TLS. */
	readonly connectTimeoutMs: number;
	readonly answerLimitBytes: number;
}

/** Sends the body, and collects the answer; what goes wrong with the peer is an AppError. */
export function exchange(
	sent: ClientRequest,
	body: Buffer | Readable | undefined,
	options: ExchangeOptions,
): Exchange {
	const {origin, timeoutMs, connectTimeoutMs, isSecured, answerLimitBytes} = options;
	let fail: Exchange['fail'] = () => {};
	const answer = new Promise<IncomingAnswer>((resolve, reject) => {
		let isOver = false;
		const over = (): void => {
			isOver = true;
			clearTimeout(timer);
			stopConnecting();
			if (!sent.writableFinished) sent.destroy();
			if (body instanceof Readable) body.destroy();
		};
		fail = error => {
			if (isOver) return;
			sent.destroy();
			over();
			reject(error);
		};
		const broke = (error: Error): void => fail(peerError(error, origin, sent.reusedSocket));
		const timer = setTimeout(() => fail(tookTooLong(origin)), timeoutMs);
		const stopConnecting = limitConnecting(sent, isSecured, connectTimeoutMs, () =>
			fail(doesNotAnswer(origin)),
		);
		sent.on('error', broke);
		sent.once('response', message => {
			message.on('error', broke);
			collect(message, answerLimitBytes, whole => {
				if (whole === undefined) fail(tooLong(origin, answerLimitBytes));
				if (isOver || whole === undefined) return;
				over();
				resolve(whole);
			});
		});
		send(sent, body, fail);
	});
	return {origin, answer, fail: error => fail(error)};
}

function send(
	sent: ClientRequest,
	body: Buffer | Readable | undefined,
	fail: (error: Error) => void,
): void {
	if (body instanceof Readable) {
		// That it can't be read is not the peer's doing.
		body.on('error', fail);
		body.pipe(sent);
	} else {
		sent.end(body);
	}
}

/** Calls `onLate` when a step on the way to a new connection takes too long; returns what ends that. */
function limitConnecting(
	sent: ClientRequest,
	isSecured: boolean,
	limitMs: number,
	onLate: () => void,
): () => void {
	let timer: NodeJS.Timeout | undefined;
	const stop = (): void => clearTimeout(timer);
	const begin = (): void => {
		stop();
		timer = setTimeout(onLate, limitMs);
	};
	sent.once('socket', (socket: Socket) => {
		if (sent.reusedSocket || sent.destroyed) return;
		begin();
		socket.once('lookup', () => timer?.refresh());
		if (isSecured) socket.once('connect', () => timer?.refresh());
		socket.once(isSecured ? 'secureConnect' : 'connect', stop);
	});
	return stop;
}

/** Tells the whole answer, or undefined once it is too long. Of a message that does not come to its end nothing is told. */
function collect(
	message: IncomingMessage,
	limitBytes: number,
	tell: (answer: IncomingAnswer | undefined) => void,
): void {
	const chunks: Buffer[] = [];
	let sizeBytes = 0;
	message.on('data', (chunk: Buffer) => {
		sizeBytes += chunk.length;
		if (sizeBytes > limitBytes) tell(undefined);
		else chunks.push(chunk);
	});
	message.once('end', () => {
		const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
		tell({status: message.statusCode ?? 0, headers: message.headers, body});
	});
	if (Number(message.headers['content-length'] ?? 0) > limitBytes) tell(undefined);
}

function doesNotAnswer(origin: string): AppError {
	return new AppError('PEER_UNREACHABLE', `${origin} does not answer`, {
		fields: {reason: 'ETIMEDOUT'},
	});
}

function tookTooLong(origin: string): AppError {
	return new AppError('PEER_TIMED_OUT', `${origin} took too long`);
}

function tooLong(origin: string, limitBytes: number): AppError {
	return new AppError('PEER_BROKEN', `${origin} answers with more than ${limitBytes} bytes`, {
		fields: {reason: 'too long'},
	});
}
