import type {ClientCheck} from '../auth/client-check.js';
import {readBearer} from '../http/bearer.js';
import type {Admission, Asking, Gate, SignIn} from './gate.js';
import {hasSession, sessionCookie} from './session.js';
import {WrongTries} from './wrong-tries.js';

export interface TokenGateOptions {
	readonly check: ClientCheck;
	/** Signs sessions. Another key ends them all. */
	readonly sessionKey: Buffer;
	readonly sessionMs: number;
	/** Where a request comes from. */
	readonly originOf: (request: Asking) => string;
	readonly now: () => number;
}

/** Whoever has a token: a browser signs in with it once, a program sends it each time. */
export function tokenGate({check, sessionKey, sessionMs, originOf, now}: TokenGateOptions): Gate {
	const wrongTries = new WrongTries(now);

	const judge = async (request: Asking, token: string): Promise<Admission> => {
		const origin = originOf(request);
		if (wrongTries.isTooMany(origin)) return tooMany;
		const verdict = await check(token);
		if (verdict.ok) return {kind: 'admitted'};
		if (verdict.reason === 'unavailable') return unavailable;
		wrongTries.add(origin);
		return wrong;
	};

	return {
		admit: async request => {
			if (hasSession(sessionKey, request.headers.cookie, now())) return {kind: 'admitted'};
			const bearer = readBearer(request.headers.authorization);
			return bearer.kind === 'token' ? judge(request, bearer.token) : {kind: 'stranger'};
		},
		signIn: async (request, token): Promise<SignIn> => {
			const admission = await judge(request, token);
			if (admission.kind === 'refused') return admission;
			const nowMs = now();
			// Only a proxy makes it https; who lies about that gets a cookie that its browser does not send.
			const isSecured = request.headers['x-forwarded-proto'] === 'https';
			const untilMs = nowMs + sessionMs;
			return {kind: 'admitted', cookie: sessionCookie(sessionKey, {nowMs, untilMs, isSecured})};
		},
	};
}

const wrong = {kind: 'refused', status: 401, message: 'That is not the right token.'} as const;
const tooMany = {
	kind: 'refused',
	status: 429,
	message: 'Too many wrong tokens came from there. Try again in a minute.',
} as const;
const unavailable = {
	kind: 'refused',
	status: 503,
	message: 'The token can’t be checked just now, since the service that knows it does not answer.',
} as const;
