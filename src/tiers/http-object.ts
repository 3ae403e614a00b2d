import type {Connections, IncomingAnswer, OutgoingRequest} from '../http/client.js';
import {AppError} from '../lib/errors.js';
import {maxObjectBytes, TooLarge} from './tier.js';

/** The deadline of whoever asks comes long before. */
const timeoutMs = 120_000;

/** One request about an object. Throws AppError of a PEER_* code. */
export type ObjectRequest = Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'>;

/** Throws TooLarge too. Sends once more when a kept connection turns out to be closed: all that we send may be repeated. */
export async function exchangeObject(
	connections: Connections,
	request: ObjectRequest,
	signal: AbortSignal,
): Promise<IncomingAnswer> {
	const send = () =>
		connections.send({...request, signal, timeoutMs, answerLimitBytes: maxObjectBytes});
	try {
		return await send();
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		if (error.fields.reason === 'too long') throw new TooLarge();
		if (error.fields.reused === true && !signal.aborted) return await send();
		throw error;
	}
}

/** The object, or undefined for an answer that says that there is none. */
export function objectOf({status, body}: IncomingAnswer, origin: string): Buffer | undefined {
	if (status === 200) return body;
	if (status === 404 || status === 410) return undefined;
	throw refused(origin, status);
}

export const isDone = ({status}: IncomingAnswer): boolean => status >= 200 && status < 300;

export function refused(origin: string, status: number): AppError {
	return new AppError('PEER_BROKEN', `${origin} answers ${status}`, {fields: {status}});
}
