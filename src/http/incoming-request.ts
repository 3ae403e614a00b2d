import type {IncomingHttpHeaders, IncomingMessage, ServerResponse} from 'node:http';
import {RequestBody} from './request-body.js';
import type {Body, Request} from './route.js';

/** A body that comes late and is not longer than this is thrown away, so that its connection can be used again. */
const discardedBytes = 64 * 1024;

export interface RequestParts {
	readonly message: IncomingMessage;
	readonly response: ServerResponse;
	readonly idleMs: number;
	/** The client waits with its body for our word. */
	readonly expectsContinue: boolean;
}

/** What a handler sees of Node's pair. What few handlers need is made when they ask for it. */
export class IncomingRequest implements Request {
	readonly method: string;
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	parameter = '';
	readonly #parts: RequestParts;
	#awaitsWord: boolean;
	#body: Body | undefined;
	#signal: AbortSignal | undefined;

	constructor(parts: RequestParts) {
		const {method = '', url = '', headers} = parts.message;
		const query = url.indexOf('?');
		this.method = method;
		this.path = query === -1 ? url : url.slice(0, query);
		this.headers = headers;
		this.#parts = parts;
		this.#awaitsWord = parts.expectsContinue;
	}

	get peerAddress(): string {
		return plainAddress(this.#parts.message.socket.remoteAddress);
	}

	get localAddress(): string {
		return plainAddress(this.#parts.message.socket.localAddress);
	}

	get body(): Body {
		const {message, response, idleMs} = this.#parts;
		this.#body ??= new RequestBody(message, idleMs, () => {
			if (this.#awaitsWord) response.writeContinue();
			this.#awaitsWord = false;
		});
		return this.#body;
	}

	get signal(): AbortSignal {
		this.#signal ??= lostSignal(this.#parts);
		return this.#signal;
	}

	/** Whether the client may still send so much of its body that the connection is better given up. A client that awaits our word perhaps never will. */
	leavesConnectionUnusable(): boolean {
		const {complete, headers} = this.#parts.message;
		const declared = headers['content-length'];
		if (complete || (declared === undefined && headers['transfer-encoding'] === undefined)) {
			return false;
		}
		return this.#awaitsWord || !(Number(declared) <= discardedBytes);
	}
}

function plainAddress(address = ''): string {
	return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function lostSignal({response}: RequestParts): AbortSignal {
	const controller = new AbortController();
	const onClose = () => {
		if (!response.writableFinished) controller.abort();
	};
	if (response.closed || response.destroyed) onClose();
	else response.once('close', onClose);
	return controller.signal;
}
