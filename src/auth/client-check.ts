import type {Secret} from '../lib/secret.js';
import {equalTokens} from './compare-tokens.js';
import type {Fetch} from './fetch.js';
import {checkByJwks, type JwtValidate} from './jwt-validate.js';
import {checkByProxy, type ProxyToken} from './proxy-token.js';

/** `[client_auth]` of the scheduler. */
export type ClientAuth =
	| {readonly type: 'DANGEROUSLY_INSECURE'}
	| {readonly type: 'token'; readonly token: Secret}
	| JwtValidate
	| ProxyToken;

/** `unavailable`: whoever was to be asked did not answer; the token may be a good one. */
export type ClientVerdict =
	| {readonly ok: true}
	| {
			readonly ok: false;
			readonly reason: 'invalid' | 'expired' | 'unavailable';
			/** For the client and the log; holds nothing of a token. */
			readonly message: string;
	  };

/** What stands behind `Bearer ` in a request of a client, to whether it is taken. */
export type ClientCheck = (token: string) => Promise<ClientVerdict>;

export interface ClientCheckParts {
	readonly fetch: Fetch;
	readonly nowMs: () => number;
}

/** Nothing is fetched before a token has to be checked. */
export function createClientCheck(auth: ClientAuth, parts: ClientCheckParts): ClientCheck {
	switch (auth.type) {
		case 'DANGEROUSLY_INSECURE':
			return async token => checkFixed(token, insecureClientToken);
		case 'token':
			return async token => checkFixed(token, auth.token.reveal());
		case 'jwt_validate':
			return checkByJwks(auth, parts);
		case 'proxy_token':
			return checkByProxy(auth, parts);
	}
}

/** What a client sends that was told no token. */
const insecureClientToken = 'dangerously_insecure_client';

function checkFixed(token: string, expected: string): ClientVerdict {
	if (equalTokens(token, expected)) return {ok: true};
	return {ok: false, reason: 'invalid', message: 'Fixed token mismatch'};
}
