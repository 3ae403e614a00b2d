import {z} from 'zod';
import {isOver, signClaims, signedClaims} from './signed-claims.js';

/** What a build server shows the scheduler: a JWT that the scheduler's key has signed. Upstream's claims, in upstream's order. */
const serverClaims = z.strictObject({
	/** Seconds since the epoch; 0: no end. */
	exp: z.int().nonnegative(),
	/** `ip:port` or `host:port`: the server's public address. */
	server_id: z.string().regex(/^[^\s/]{1,300}:\d{1,5}$/),
});

/** `serverId`: the server's `public_addr`. The token has no end. */
export function makeServerToken(serverId: string, key: Uint8Array): Promise<string> {
	return signClaims({exp: 0, server_id: serverId}, key);
}

export type ServerVerdict =
	| {readonly ok: true; readonly serverId: string}
	| {readonly ok: false; readonly reason: 'invalid' | 'expired'};

export type ServerClaims = z.infer<typeof serverClaims>;

/** What a token claims that the key has signed; undefined for any other. Claims that we don't know are refused. */
export async function serverClaimsIn(
	token: string,
	key: Uint8Array,
): Promise<ServerClaims | undefined> {
	return serverClaims.safeParse(await signedClaims(token, key)).data;
}

/** Whose token it is, as far as the key vouches for it. */
export function verdictOn(claims: ServerClaims | undefined, nowMs: number): ServerVerdict {
	if (claims === undefined) return {ok: false, reason: 'invalid'};
	if (isOver(claims.exp, nowMs)) return {ok: false, reason: 'expired'};
	return {ok: true, serverId: claims.server_id};
}
