import type {JobFacts, ServerFacts} from './facts.js';
import {finishTimeMs} from './finish-time.js';
import {isResultThere} from './known-result.js';
import {type Obstacle, obstacle, obstacles, passes} from './obstacle.js';

export type Choice<Server extends ServerFacts> =
	| {readonly kind: 'server'; readonly server: Server}
	/** It can go somewhere later. */
	| {readonly kind: 'wait'; readonly reason: string}
	/** Nowhere, unless the farm changes. */
	| {readonly kind: 'impossible'; readonly reason: string};

/**
 * A queue may be longer than it looks, and what stands in it keeps others from a fast server: one is only worth it for a job that a
 * free server would take much longer for.
 */
const worthQueueing = {factor: 1.5, ms: 5000} as const;

/** A place in a queue is there to hide the way to the server, not to stand behind a long job while others end. */
const worthWaiting = 1.5;

/** Compiling anew takes a core that others could have: a server that has the result may take longer to answer, by the way that is known to it. */
const worthAsking = 4;

/** The server that would have the job done first. */
export function choose<Server extends ServerFacts>(
	servers: Iterable<Server>,
	job: JobFacts,
	nowMs: number,
): Choice<Server> {
	const there = new Best<Server>();
	const free = new Best<Server>();
	const queued = new Best<Server>();
	const later = new Best<Server>();
	let nearest: Obstacle | undefined;
	let hindered: Server | undefined;
	for (const server of servers) {
		const why = obstacle(server, job, nowMs);
		if (why === undefined) {
			const finishMs = finishTimeMs(server, job);
			const needsNoSlot = isResultThere(server, job);
			if (needsNoSlot) there.offer(server, finishMs);
			(needsNoSlot || server.assigned < server.slots ? free : queued).offer(server, finishMs);
			continue;
		}
		if (why === 'full') later.offer(server, finishTimeMs(server, job));
		if (nearest === undefined || obstacles.indexOf(why) < obstacles.indexOf(nearest)) {
			nearest = why;
			hindered = server;
		}
	}
	if (there.server !== undefined && there.finishMs < worthAsking * free.finishMs) {
		return {kind: 'server', server: there.server};
	}
	const best =
		queued.finishMs * worthQueueing.factor + worthQueueing.ms < free.finishMs ? queued : free;
	if (best === queued && later.finishMs * worthWaiting < queued.finishMs) {
		return {kind: 'wait', reason: 'other servers will be free sooner'};
	}
	if (best.server !== undefined) return {kind: 'server', server: best.server};
	if (nearest === undefined || hindered === undefined) {
		return {kind: 'impossible', reason: 'there are no servers'};
	}
	return {kind: passes(nearest) ? 'wait' : 'impossible', reason: sentence(nearest, hindered, job)};
}

/** Of equals the one with more slots free, then the first. */
class Best<Server extends ServerFacts> {
	server: Server | undefined;
	finishMs = Number.POSITIVE_INFINITY;

	offer(server: Server, finishMs: number): void {
		if (finishMs > this.finishMs) return;
		if (finishMs === this.finishMs && this.server !== undefined && !freer(server, this.server)) {
			return;
		}
		this.server = server;
		this.finishMs = finishMs;
	}
}

const freer = (one: ServerFacts, other: ServerFacts): boolean =>
	one.slots - one.assigned > other.slots - other.assigned;

/** For a person: why not even the server that came nearest. */
function sentence(why: Obstacle, server: ServerFacts, job: JobFacts): string {
	switch (why) {
		case 'full':
			return 'all servers are full';
		case 'memory short':
			return 'no server has enough memory free';
		case 'quarantined':
			return `${server.id} is in quarantine: ${server.health?.reason ?? 'it failed'}`;
		case 'avoided':
			return 'the client avoids all servers that could take it';
		case 'toolchain refused':
			return `${server.id} refuses the toolchain: ${server.refused.get(job.toolchain) ?? 'it failed'}`;
		case 'memory too small':
			return 'no server has as much memory';
		case 'other architecture':
			return `no server is a ${job.arch ?? 'known architecture'}`;
		case 'draining':
			return 'all servers are about to end';
	}
}
