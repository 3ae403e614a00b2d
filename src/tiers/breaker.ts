/** Whether a store is to be bothered: after a few failures in a row it is left alone, longer each time. */
export interface Breaker {
	readonly failures: number;
	/** Milliseconds of a clock that never goes back; undefined: it is not left alone. */
	readonly untilMs: number | undefined;
	/** How long it is left alone next. */
	readonly nextMs: number;
}

const failuresToOpen = 3;
const firstPauseMs = 1000;
const longestPauseMs = 60_000;

export const closedBreaker: Breaker = {failures: 0, untilMs: undefined, nextMs: firstPauseMs};

export const afterSuccess = (): Breaker => closedBreaker;

/** One failure more. Those of requests that began before the store was left alone say nothing new. */
export function afterFailure(breaker: Breaker, nowMs: number): Breaker {
	if (breaker.untilMs !== undefined && nowMs < breaker.untilMs) return breaker;
	const failures = breaker.failures + 1;
	if (failures < failuresToOpen) return {...breaker, failures};
	return {
		failures,
		untilMs: nowMs + breaker.nextMs,
		nextMs: Math.min(longestPauseMs, breaker.nextMs * 2),
	};
}

/** `due`: the time is over, and one trial shall tell. */
export function stateOf({untilMs}: Breaker, nowMs: number): 'closed' | 'open' | 'due' {
	if (untilMs === undefined) return 'closed';
	return nowMs < untilMs ? 'open' : 'due';
}
