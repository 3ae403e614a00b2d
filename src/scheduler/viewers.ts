import {createHmac} from 'node:crypto';
import type {ClientCheck} from '../auth/client-check.js';
import {equalTokens} from '../auth/compare-tokens.js';
import type {SchedulerConfig} from '../config/scheduler-config.js';
import {type Gate, openGate} from '../dashboard/gate.js';
import {tokenGate} from '../dashboard/token-gate.js';
import type {Secret} from '../lib/secret.js';
import {originOf} from './authorize.js';

const dayMs = 24 * 60 * 60 * 1000;
/** Until then whoever is signed in need not ask again. Where somebody else vouches for tokens they may have ended meanwhile. */
const sessionMs = {fixed: 30 * dayMs, vouched: dayMs / 2};

type Told = Pick<SchedulerConfig, 'dashboard' | 'clientAuth' | 'serverAuth'>;

/** Who may look at the dashboard: whoever has the clients' token or that for viewers. Undefined: there is no dashboard. */
export function viewersOf(
	config: Told,
	checkClient: ClientCheck,
	now: () => number,
): Gate | undefined {
	const {dashboard, clientAuth} = config;
	if (!dashboard.enabled) return undefined;
	const {viewToken} = dashboard;
	// What such a scheduler's clients send everybody knows.
	const isOpen = clientAuth.type === 'DANGEROUSLY_INSECURE';
	if (isOpen && viewToken === undefined) return openGate;
	const check: ClientCheck = async token => {
		if (viewToken !== undefined && equalTokens(token, viewToken.reveal())) return {ok: true};
		return isOpen ? {ok: false, reason: 'invalid', message: ''} : checkClient(token);
	};
	const isFixed = isOpen || clientAuth.type === 'token';
	return tokenGate({
		...{check, originOf, now},
		sessionKey: sessionKey(config),
		sessionMs: isFixed ? sessionMs.fixed : sessionMs.vouched,
	});
}

/** The same after a restart, and another once a secret has changed. */
function sessionKey({dashboard, clientAuth, serverAuth}: Told): Buffer {
	const secrets = [
		dashboard.viewToken,
		clientAuth.type === 'token' ? clientAuth.token : undefined,
		serverAuth.type === 'token' ? serverAuth.token : undefined,
		serverAuth.type === 'jwt_hs256' ? serverAuth.secretKey : undefined,
	];
	const revealed = secrets.map((secret: Secret | undefined) => secret?.reveal() ?? null);
	return createHmac('sha256', JSON.stringify(revealed)).update('sccache dashboard').digest();
}
