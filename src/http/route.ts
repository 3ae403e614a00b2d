import type {IncomingHttpHeaders} from 'node:http';
import type {Readable} from 'node:stream';

/** One thing that a server answers. A path that ends in `/*` takes one more segment: the parameter. */
export interface Route {
	readonly method: 'GET' | 'POST' | 'DELETE';
	readonly path: string;
	/** What is thrown is answered as error-answer.ts says. */
	handle(request: Request): Answer | Promise<Answer>;
}

export interface Request {
	readonly method: string;
	/** Without the query. */
	readonly path: string;
	/** Decoded; empty for a path without one. */
	readonly parameter: string;
	readonly headers: IncomingHttpHeaders;
	/** IP address of the other end of the connection; an IPv4 address is never in its IPv6 form. */
	readonly peerAddress: string;
	/** That of this end, likewise. */
	readonly localAddress: string;
	readonly body: Body;
	/** Aborts when the connection is lost before the answer was sent. */
	readonly signal: AbortSignal;
}

/**
 * To be taken once, in either way; a client that asked with `Expect: 100-continue` is told to send only then. Both ways end in
 * AppError REQUEST_TOO_LARGE or, when the client goes away or falls silent, REQUEST_CANCELLED.
 */
export interface Body {
	/** All of it. */
	read(limitBytes: number): Promise<Buffer>;
	/** As it arrives. */
	stream(limitBytes: number): Readable;
}

export interface Answer {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Buffer | Readable;
}
