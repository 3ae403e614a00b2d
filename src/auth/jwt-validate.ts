import {createRemoteJWKSet, customFetch, errors, jwtVerify} from 'jose';
import type {ClientCheck, ClientCheckParts, ClientVerdict} from './client-check.js';
import {fetchTimeoutMs} from './fetch.js';

/** Clients show a JWT of an issuer whose public keys stand at a URL. */
export interface JwtValidate {
	readonly type: 'jwt_validate';
	readonly audience: string;
	readonly issuer: string;
	readonly jwksUrl: string;
}

/** Signatures by key pairs alone: a public key must never serve as a shared one. */
const algorithms = [
	...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
	...['ES256', 'ES384', 'ES512', 'EdDSA'],
];

/** The keys are fetched at the first token, again when they are old, and when a token names one that is not among them. */
export function checkByJwks(
	{audience, issuer, jwksUrl}: JwtValidate,
	{fetch, nowMs}: ClientCheckParts,
): ClientCheck {
	const keys = createRemoteJWKSet(new URL(jwksUrl), {
		timeoutDuration: fetchTimeoutMs,
		[customFetch]: async (url, options) => {
			try {
				return await fetch(url, options);
			} catch (cause) {
				throw new errors.JWKSTimeout('the keys cannot be fetched', {cause});
			}
		},
	});
	return async token => {
		try {
			const currentDate = new Date(nowMs());
			await jwtVerify(token, keys, {
				...{audience, issuer, algorithms, currentDate},
				requiredClaims: ['exp'],
			});
			return {ok: true};
		} catch (error) {
			if (error instanceof errors.JOSEError) return refusal(error);
			throw error;
		}
	};
}

function refusal(error: errors.JOSEError): ClientVerdict {
	if (error instanceof errors.JWTExpired) {
		return {ok: false, reason: 'expired', message: 'the token has expired'};
	}
	if (isOfTheKeys(error)) {
		const message = 'the keys to check the token with cannot be had';
		return {ok: false, reason: 'unavailable', message};
	}
	return {ok: false, reason: 'invalid', message: 'the token is not valid'};
}

/** jose gives an answer that is no key set the class alone that all its errors have. */
const isOfTheKeys = (error: errors.JOSEError): boolean =>
	error instanceof errors.JWKSTimeout ||
	error instanceof errors.JWKSInvalid ||
	error.code === errors.JOSEError.code;
