import {RequestError, TimeoutError, UploadError} from 'got';
import {AppError, type ErrorCode, systemCode} from '../lib/errors.js';

const connectingEvents = new Set(['lookup', 'connect', 'secureConnect']);
const connectingCalls = new Set(['connect', 'getaddrinfo']);
const notTrusted =
	/^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;
/** Node refuses to send what it was given: a bug of the caller. */
const notSendable = /^ERR_(?:INVALID|HTTP_INVALID|UNESCAPED)/;

/** What went wrong with a request to a peer, as an AppError; what is not the peer's doing as it was thrown. */
export function peerError(error: unknown, origin: string): unknown {
	if (!(error instanceof RequestError)) {
		return error;
	}
	const causes = [...chain(error)];
	const ours = causes.find(cause => cause instanceof AppError);
	if (ours !== undefined) {
		return ours.code === 'PEER_UNTRUSTED'
			? peer('PEER_UNTRUSTED', `${origin}: ${ours.message}`, ours.fields)
			: ours;
	}
	if (error instanceof TimeoutError) {
		return connectingEvents.has(error.event)
			? peer('PEER_UNREACHABLE', `${origin} does not answer`, {reason: 'ETIMEDOUT'})
			: peer('PEER_TIMED_OUT', `${origin} took too long`);
	}
	const reason = systemCode(causes.at(-1)) ?? error.code;
	if (error instanceof UploadError || notSendable.test(reason)) {
		return error.cause ?? error;
	}
	if (causes.some(isOfConnecting)) {
		return peer('PEER_UNREACHABLE', `${origin} can't be reached: ${reason}`, {reason});
	}
	if (notTrusted.test(reason)) {
		return peer('PEER_UNTRUSTED', `the certificate of ${origin} is not trusted: ${reason}`, {
			reason,
		});
	}
	return peer('PEER_BROKEN', `the connection to ${origin} broke: ${reason}`, {
		reason,
		reused: error.request?.reusedSocket === true,
	});
}

function peer(code: ErrorCode, message: string, fields: AppError['fields'] = {}): AppError {
	return new AppError(code, message, {fields});
}

/** A host of several addresses of which none answered is an AggregateError. */
function isOfConnecting(error: unknown): boolean {
	return (
		error instanceof AggregateError ||
		(error instanceof Error && 'syscall' in error && connectingCalls.has(String(error.syscall)))
	);
}

function* chain(error: unknown): Iterable<unknown> {
	for (let cause = error; cause instanceof Error; cause = cause.cause) yield cause;
}
