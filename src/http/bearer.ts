import {AppError} from '../lib/errors.js';
import type {Request} from './route.js';

/** Why a token is not taken, in the words of protocol v1. */
export type Refusal =
	| 'no_bearer_auth'
	| 'bearer_auth_failed'
	| 'invalid_bearer_token'
	| 'invalid_bearer_token_mismatched_address'
	| 'invalid_jwt';

/** Answered as 401 with the reason in its WWW-Authenticate. */
export function unauthorized(reason: Refusal, message: string): AppError {
	return new AppError('UNAUTHORIZED', message, {fields: {reason}});
}

export type Bearer =
	| {readonly kind: 'token'; readonly token: string}
	| {readonly kind: 'missing'}
	| {readonly kind: 'malformed'};

/** The token of an Authorization header. Servers of v1 send `ip:port token`: a blank is part of the token. */
export function readBearer(header: string | undefined): Bearer {
	if (header === undefined) {
		return {kind: 'missing'};
	}
	const token = /^Bearer +([\x21-\x7e]+(?: [\x21-\x7e]+)*) *$/i.exec(header)?.[1];
	return token === undefined ? {kind: 'malformed'} : {kind: 'token', token};
}

/** Throws AppError UNAUTHORIZED. */
export function bearerToken(request: Pick<Request, 'headers'>): string {
	const bearer = readBearer(request.headers.authorization);
	if (bearer.kind === 'token') {
		return bearer.token;
	}
	throw unauthorized(
		'no_bearer_auth',
		bearer.kind === 'missing' ? 'no token was sent' : 'the Authorization header holds no token',
	);
}
