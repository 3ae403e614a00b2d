import type {IncomingMessage, ServerResponse} from 'node:http';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {extensionHeaders, extensionLevel} from '../protocol/dist/extensions.js';
import {errorAnswer} from './error-answer.js';
import {IncomingRequest} from './incoming-request.js';
import type {Answer} from './route.js';
import type {Router} from './router.js';

/** How long a client that still sends may take to see its answer. */
const lingerMs = 5000;
const level = String(extensionLevel);

export interface ServeOptions {
	readonly find: Router;
	/** A client that stops in the middle of sending or receiving is cut off after this. */
	readonly idleMs: number;
	/** What is answered with 500. */
	readonly onError: (error: unknown, request: RequestLine) => void;
	/** Whether connections are to end with their next answer. */
	readonly isClosing: () => boolean;
}

export interface RequestLine {
	readonly method: string;
	readonly path: string;
}

/** Answers one request. Never throws. */
export async function serve(
	options: ServeOptions,
	message: IncomingMessage,
	response: ServerResponse,
	expectsContinue: boolean,
): Promise<void> {
	const {idleMs, isClosing} = options;
	const request = new IncomingRequest({message, response, idleMs, expectsContinue});
	const answer = await answerTo(options, request);
	if (answer === undefined || response.destroyed) {
		response.destroy();
		if (answer?.body instanceof Readable) answer.body.destroy();
		return;
	}
	try {
		const abandoned = request.leavesConnectionUnusable();
		response.writeHead(answer.status, headersOf(answer, abandoned || isClosing()));
		// Node's keep-alive sets the time-out anew, and so does the next request.
		if (!fitsBuffers(answer)) message.socket.setTimeout(idleMs);
		if (answer.body instanceof Readable) {
			await pipeline(answer.body, response, {end: !abandoned});
		} else if (!abandoned) {
			response.end(answer.body);
		} else {
			response.write(answer.body ?? '');
			response.flushHeaders();
		}
		// What is left of the body would hold up the next request.
		if (!message.readableEnded) message.removeAllListeners('data').resume();
		if (abandoned) {
			await linger(message);
			response.end();
		}
	} catch {
		response.destroy();
	}
}

async function answerTo(
	{find, onError}: ServeOptions,
	request: IncomingRequest,
): Promise<Answer | undefined> {
	const found = find(request.method, request.path);
	if (found.kind === 'unknownPath') {
		return {status: 404};
	}
	if (found.kind === 'otherMethod') {
		return {status: 405, headers: {allow: found.allowed.join(', ')}};
	}
	request.parameter = found.parameter;
	try {
		return await found.route.handle(request);
	} catch (error) {
		const answer = errorAnswer(error);
		if (answer?.status === 500) onError(error, request);
		return answer;
	}
}

/** Whether the kernel takes the answer at once, however slow the client is. */
function fitsBuffers({body}: Answer): boolean {
	return !(body instanceof Readable) && (body?.length ?? 0) <= 64 * 1024;
}

function headersOf({headers, body}: Answer, closes: boolean): Record<string, string | number> {
	return {
		...(body instanceof Readable ? {} : {'content-length': body?.length ?? 0}),
		...headers,
		[extensionHeaders.level]: level,
		...(closes ? {connection: 'close'} : {}),
	};
}

/**
 * Takes in what the client still sends until it has seen its answer and stops: closing before makes the kernel reset the
 * connection, and then the client may lose the answer.
 */
function linger(message: IncomingMessage): Promise<void> {
	return new Promise(resolve => {
		const timer = setTimeout(resolve, lingerMs);
		const done = () => {
			clearTimeout(timer);
			resolve();
		};
		message.once('end', done).once('close', done).once('error', done);
	});
}
