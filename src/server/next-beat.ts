/** What came of the last thing that was said to the scheduler. */
export type Outcome =
	| {readonly kind: 'heartbeat'; readonly extensions: number}
	| {readonly kind: 'status'; readonly known: boolean; readonly nextMs: number}
	| {readonly kind: 'failed'; readonly said: Said; readonly unreachable: boolean};

export type Said = 'heartbeat' | 'status';

export interface NextBeat {
	readonly say: Said;
	readonly inMs: number;
}

/** As v1's servers do. */
const heartbeatMs = 30_000;
const afterErrorMs = 10_000;
/** What a scheduler of ours that is being restarted takes. */
const comesBackMs = 1000;

export interface BeatFacts {
	/** The scheduler, or the one that was there before it, knows our extensions. */
	readonly spokeExtensions: boolean;
	/** Since the last heartbeat that was answered. */
	readonly sinceHeartbeatMs: number;
}

/** What is said next to the scheduler, and when. */
export function nextBeat(outcome: Outcome, facts: BeatFacts): NextBeat {
	switch (outcome.kind) {
		case 'heartbeat':
			return outcome.extensions > 0
				? {say: 'status', inMs: 0}
				: {say: 'heartbeat', inMs: heartbeatMs};
		case 'status':
			if (!outcome.known) return againAtOnce(facts);
			return outcome.nextMs > untilHeartbeatMs(facts)
				? {say: 'heartbeat', inMs: untilHeartbeatMs(facts)}
				: {say: 'status', inMs: outcome.nextMs};
		case 'failed':
			if (outcome.said === 'status') return againAtOnce(facts);
			return {
				say: 'heartbeat',
				inMs: outcome.unreachable && facts.spokeExtensions ? comesBackMs : afterErrorMs,
			};
	}
}

function untilHeartbeatMs({sinceHeartbeatMs}: BeatFacts): number {
	return Math.max(0, heartbeatMs - sinceHeartbeatMs);
}

/** But not over and over, should the heartbeat not help. */
function againAtOnce({sinceHeartbeatMs}: BeatFacts): NextBeat {
	return {say: 'heartbeat', inMs: Math.max(0, comesBackMs - sinceHeartbeatMs)};
}
