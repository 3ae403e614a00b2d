import {isIP} from 'node:net';
import type {ClientCheck} from '../auth/client-check.js';
import {comesFrom} from '../auth/peer-address.js';
import type {ServerCheck} from '../auth/server-check.js';
import {canonicalAddress} from '../config/address.js';
import {type Refusal, readBearer} from '../http/bearer.js';
import type {Answer, Request} from '../http/route.js';
import {AppError} from '../lib/errors.js';
import {type Address, formatAddress, parseAddress} from '../protocol/dist/address.js';
import type {Resolve} from './resolve.js';

/** Where a request comes from: through a proxy on this host, what that says. Anyone else could say anything. */
export function originOf({headers, peerAddress}: Pick<Request, 'headers' | 'peerAddress'>): string {
	const claimed = headers['x-real-ip'];
	const isProxy = /^127\.|^::1$/.test(peerAddress);
	return isProxy && typeof claimed === 'string' && isIP(claimed) !== 0 ? claimed : peerAddress;
}

/** Undefined: go on. Throws AppError PEER_UNREACHABLE when the token could not be checked. */
export async function refuseClient(
	check: ClientCheck,
	{headers}: Pick<Request, 'headers'>,
): Promise<Answer | undefined> {
	const bearer = readBearer(headers.authorization);
	if (bearer.kind !== 'token') return refusal('no_bearer_auth');
	const verdict = await check(bearer.token);
	if (verdict.ok) return undefined;
	// v1's clients fail the build at a 401, and compile at home after a 500.
	if (verdict.reason === 'unavailable') throw new AppError('PEER_UNREACHABLE', verdict.message);
	return refusal('bearer_auth_failed', verdict.message);
}

export interface ServerIdentity {
	readonly check: ServerCheck;
	readonly resolve: Resolve;
}

/** Which server sends a request, by its token and by where it comes from. One that has a name is known by its address. */
export async function identifyServer(
	{check, resolve}: ServerIdentity,
	request: Pick<Request, 'headers' | 'peerAddress'>,
): Promise<Address | Answer> {
	const bearer = readBearer(request.headers.authorization);
	const verdict = bearer.kind === 'token' ? await check(bearer.token) : undefined;
	const named = verdict?.ok ? canonicalAddress(verdict.serverId) : undefined;
	const endpoint = named === undefined ? undefined : parseAddress(named);
	if (endpoint === undefined) return refusal('invalid_bearer_token');
	const origin = originOf(request);
	if (!comesFrom(origin, await resolve(endpoint.host))) {
		return refusal('invalid_bearer_token_mismatched_address');
	}
	const {host, port} = endpoint;
	return formatAddress({host: isIP(host) === 0 ? origin : host, port});
}

function refusal(reason: Refusal, text = ''): Answer {
	return {
		status: 401,
		headers: {'www-authenticate': `Bearer error="${reason}"`},
		body: Buffer.from(text),
	};
}
