import {AppError, type ErrorCode, systemCode} from '../lib/errors.js';

const connectingCalls = new Set(['connect', 'getaddrinfo']);
const notTrusted =
	/^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

/** What went wrong with a request on its way, as an AppError. `reused`: on a connection that had served before. */
export function peerError(error: Error, origin: string, reused: boolean): AppError {
	if (error instanceof AppError) {
		return error.code === 'PEER_UNTRUSTED'
			? peer('PEER_UNTRUSTED', `${origin}: ${error.message}`, error.fields)
			: error;
	}
	const reason = systemCode(error) ?? error.name;
	if (isOfConnecting(error)) {
		return peer('PEER_UNREACHABLE', `${origin} can't be reached: ${reason}`, {reason});
	}
	if (notTrusted.test(reason)) {
		return peer('PEER_UNTRUSTED', `the certificate of ${origin} is not trusted: ${reason}`, {
			reason,
		});
	}
	return peer('PEER_BROKEN', `the connection to ${origin} broke: ${reason}`, {reason, reused});
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
