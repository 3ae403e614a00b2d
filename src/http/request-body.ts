import type {IncomingMessage} from 'node:http';
import {Readable} from 'node:stream';
import {AppError} from '../lib/errors.js';
import type {Body} from './route.js';

/** The body of a request. The client may be silent for `idleMs`; `begin` is called when the body is wanted. */
export class RequestBody implements Body {
	readonly #message: IncomingMessage;
	readonly #idleMs: number;
	readonly #begin: () => void;
	#taken = false;

	constructor(message: IncomingMessage, idleMs: number, begin: () => void) {
		this.#message = message;
		this.#idleMs = idleMs;
		this.#begin = begin;
	}

	read(limitBytes: number): Promise<Buffer> {
		return new Promise((resolve, reject) => {
			const chunks: Buffer[] = [];
			this.#receive(limitBytes, {
				chunk: chunk => chunks.push(chunk),
				end: () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
				fail: reject,
			});
		});
	}

	stream(limitBytes: number): Readable {
		const message = this.#message;
		let stop: (() => void) | undefined;
		const stream = new Readable({
			read: () => {
				if (stop === undefined) {
					stop = this.#receive(limitBytes, {
						chunk: chunk => {
							if (stream.push(chunk)) return;
							message.pause();
							message.socket.setTimeout(0);
						},
						end: () => stream.push(null),
						fail: error => stream.destroy(error),
					});
				} else {
					message.socket.setTimeout(this.#idleMs);
					message.resume();
				}
			},
			destroy: (error, done) => {
				stop?.();
				done(error);
			},
		});
		return stream;
	}

	/** Hands over what arrives; returns how to end that early. */
	#receive(limitBytes: number, to: Receiver): () => void {
		if (this.#taken) throw new Error('a body can be taken once');
		this.#taken = true;
		const message = this.#message;
		if (Number(message.headers['content-length'] ?? 0) > limitBytes) {
			to.fail(tooLarge(limitBytes));
			return () => {};
		}
		if (message.destroyed && !message.complete) {
			to.fail(gone());
			return () => {};
		}
		let sizeBytes = 0;
		const stop = () => {
			message.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
			message.pause();
			message.socket.setTimeout(0);
		};
		const onData = (chunk: Buffer) => {
			sizeBytes += chunk.length;
			if (sizeBytes <= limitBytes) {
				to.chunk(chunk);
				return;
			}
			stop();
			to.fail(tooLarge(limitBytes));
		};
		const onEnd = () => {
			stop();
			to.end();
		};
		const onClose = () => {
			stop();
			to.fail(gone());
		};
		// An idle socket that nobody listens to for its timeout is destroyed by Node's server.
		message.socket.setTimeout(this.#idleMs);
		message.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
		this.#begin();
		return stop;
	}
}

interface Receiver {
	chunk(chunk: Buffer): void;
	end(): void;
	fail(error: AppError): void;
}

function tooLarge(limitBytes: number): AppError {
	return new AppError('REQUEST_TOO_LARGE', `the body is longer than ${limitBytes} bytes`);
}

function gone(): AppError {
	return new AppError('REQUEST_CANCELLED', 'the client went away before its request was complete');
}
