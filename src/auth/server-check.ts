import {Lru} from '../lib/lru.js';
import {Secret} from '../lib/secret.js';
import {equalTokens} from './compare-tokens.js';
import {parseSecretKey} from './secret-key.js';
import {type ServerClaims, type ServerVerdict, serverClaimsIn, verdictOn} from './server-token.js';

/** `[server_auth]` of the scheduler. */
export type ServerAuth =
	| {readonly type: 'DANGEROUSLY_INSECURE'}
	| {readonly type: 'jwt_hs256'; readonly secretKey: Secret}
	| {readonly type: 'token'; readonly token: Secret};

/** What stands behind `Bearer ` in a request of a server, to who that server says it is. */
export type ServerCheck = (token: string) => Promise<ServerVerdict>;

/** What everyone may know: sent where nothing is checked. */
const insecureToken = 'dangerously_insecure_server';

/** Throws SECRET_KEY_INVALID. That a server is where it says it is remains to be asked: see `comesFrom`. */
export function createServerCheck(auth: ServerAuth, nowMs: () => number): ServerCheck {
	switch (auth.type) {
		case 'DANGEROUSLY_INSECURE':
			return async token => checkShared(token, insecureToken);
		case 'token':
			return async token => checkShared(token, auth.token.reveal());
		case 'jwt_hs256': {
			const key = parseSecretKey(auth.secretKey);
			return checkSigned(key, nowMs);
		}
	}
}

/** Servers there may be. */
const mostKnown = 4096;

/** A server shows the same token several times a second: that the key has signed it stays true. */
function checkSigned(key: Uint8Array, nowMs: () => number): ServerCheck {
	const known = new Lru<string, ServerClaims>(mostKnown);
	return async token => {
		const claims = known.get(token) ?? (await serverClaimsIn(token, key));
		if (claims !== undefined) known.set(token, claims);
		return verdictOn(claims, nowMs());
	};
}

/** `ip:port token`: the server names itself, the token is everyone's. */
function checkShared(text: string, expected: string): ServerVerdict {
	const [, serverId = '', token = ''] = /^(\S+:\d{1,5}) (.+)$/.exec(text) ?? [];
	const ok = equalTokens(token, expected) && serverId !== '';
	return ok ? {ok, serverId} : {ok: false, reason: 'invalid'};
}

/** `[scheduler_auth]` of a build server. */
export type SchedulerAuth =
	| {readonly type: 'DANGEROUSLY_INSECURE'}
	| {readonly type: 'jwt_token'; readonly token: Secret}
	| {readonly type: 'token'; readonly token: Secret};

/** The other side: what a server sends behind `Bearer `. `serverId`: its `public_addr`. */
export function serverBearer(auth: SchedulerAuth, serverId: string): Secret {
	switch (auth.type) {
		case 'jwt_token':
			return auth.token;
		case 'token':
			return new Secret(`${serverId} ${auth.token.reveal()}`);
		case 'DANGEROUSLY_INSECURE':
			return new Secret(`${serverId} ${insecureToken}`);
	}
}
