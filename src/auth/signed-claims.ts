import {CompactSign, compactVerify, errors} from 'jose';

/** What a JWT claims, in the order given, signed with HS256 (RFC 7519). */
export function signClaims(claims: object, key: Uint8Array): Promise<string> {
	return new CompactSign(Buffer.from(JSON.stringify(claims)))
		.setProtectedHeader({typ: 'JWT', alg: 'HS256'})
		.sign(key);
}

/** What a JWT claims if this key has signed it with HS256; undefined for any other token. The claims are not looked at. */
export async function signedClaims(token: string, key: Uint8Array): Promise<unknown> {
	try {
		const {payload} = await compactVerify(token, key, {algorithms: ['HS256']});
		return JSON.parse(Buffer.from(payload).toString('utf8'));
	} catch (error) {
		if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
		throw error;
	}
}

/** `exp`: seconds since the epoch. 0 is no end: upstream's tokens have none. */
export function isOver(exp: number, nowMs: number): boolean {
	return exp !== 0 && exp * 1000 <= nowMs;
}
