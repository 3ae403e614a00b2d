import {createHmac, timingSafeEqual} from 'node:crypto';

const cookieName = 'sccache-dashboard';

/** What shows that somebody had a right token, until `untilMs`. Nothing of the token is in it. */
export function sessionCookie(
	key: Buffer,
	{nowMs, untilMs, isSecured}: {nowMs: number; untilMs: number; isSecured: boolean},
): string {
	const untilS = Math.floor(untilMs / 1000);
	const maxAgeS = Math.floor((untilMs - nowMs) / 1000);
	// Without a path it is for the folder that it was asked for in, whatever a proxy calls that.
	return `${cookieName}=${untilS}.${signature(key, untilS)}; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${isSecured ? '; Secure' : ''}`;
}

export const endedSession = `${cookieName}=; Max-Age=0; HttpOnly; SameSite=Strict`;

/** Whether a Cookie header holds one that is good. */
export function hasSession(key: Buffer, header: string | undefined, nowMs: number): boolean {
	for (const part of (header ?? '').split(';')) {
		const [, digits, mac = ''] = /^ *sccache-dashboard=(\d{1,12})\.([\w-]+) *$/.exec(part) ?? [];
		if (digits === undefined || Number(digits) * 1000 <= nowMs) continue;
		if (isEqual(mac, signature(key, Number(digits)))) return true;
	}
	return false;
}

function signature(key: Buffer, untilS: number): string {
	return createHmac('sha256', key).update(`session until ${untilS}`).digest('base64url');
}

function isEqual(one: string, other: string): boolean {
	const [a, b] = [Buffer.from(one), Buffer.from(other)];
	return a.length === b.length && timingSafeEqual(a, b);
}
