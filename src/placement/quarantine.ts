/** What the failures of a server have come to. */
export interface Health {
	/** Each failure adds one, each success takes a tenth away. */
	readonly score: number;
	/** Of the last failure. */
	readonly reason: string;
	/** No jobs before; while a probe is out: when it is given up. */
	readonly untilMs: number;
	/** 'out': kept from jobs. 'probed': one job is there, to show that it works again. 'back': it did. */
	readonly phase: 'out' | 'probed' | 'back';
}

/** 'probe': it may have one job. */
export type Standing = 'good' | 'quarantined' | 'probe';

const firstMs = 2000;
const longestMs = 10 * 60 * 1000;
const keptBySuccess = 0.9;
/** A score so small is forgotten. */
const forgotten = 0.05;
const probeMs = 60_000;

/** undefined: nothing is held against it. */
export function standing(health: Health | undefined, nowMs: number): Standing {
	if (health === undefined || health.phase === 'back') return 'good';
	return nowMs < health.untilMs ? 'quarantined' : 'probe';
}

/**
 * After a failure of the server's own. Twice as long out for each, less for a server that does much else well; those of jobs that
 * were there when it was put out say nothing new.
 */
export function afterFailure(health: Health | undefined, reason: string, nowMs: number): Health {
	if (health?.phase === 'out' && nowMs < health.untilMs) return health;
	const score = (health?.score ?? 0) + 1;
	const outMs = Math.min(longestMs, firstMs * 2 ** (score - 1));
	return {score, reason, untilMs: nowMs + outMs, phase: 'out'};
}

/** After a job that the server did well, whatever the compiler said. */
export function afterSuccess(health: Health | undefined): Health | undefined {
	// What was there before the failure does not show that it works again.
	if (health === undefined || health.phase === 'out') return health;
	const score = health.score * keptBySuccess;
	return score < forgotten ? undefined : {...health, score, phase: 'back'};
}

/** After a job was sent to a server in probation: it gets nothing else until that one has ended. */
export function afterProbe(health: Health, nowMs: number): Health {
	return {...health, untilMs: nowMs + probeMs, phase: 'probed'};
}
