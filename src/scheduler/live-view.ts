import {standing} from '../placement/quarantine.js';
import type {LiveClient, LiveJob, LiveServer, LiveView} from '../protocol/live.js';
import type {Job} from './job.js';
import type {ServerRecord} from './server-record.js';
import type {Waiter} from './waiting.js';

/** What the scheduler knows at one moment. */
export interface FarmFacts {
	readonly version: string;
	readonly nowMs: number;
	readonly startedMs: number;
	readonly servers: readonly ServerRecord[];
	readonly isSilent: (server: ServerRecord) => boolean;
	/** The oldest first. */
	readonly jobs: Iterable<Job>;
	readonly jobCount: number;
	readonly waiters: Iterable<Waiter>;
	readonly waiterCount: number;
	readonly clients: readonly LiveClient[];
}

/** As many as a person can look at. */
const mostJobs = 200;
/** Of one server; there is no end to what servers may hold. */
const mostToolchains = 256;

export function liveView(facts: FarmFacts): LiveView {
	const {version, nowMs, startedMs, servers, isSilent, clients} = facts;
	return {
		teller: 'scheduler',
		version,
		atMs: nowMs,
		startedMs,
		scheduler: 'reached',
		queued: facts.waiterCount,
		servers: servers.map(server => liveServer(server, nowMs, isSilent(server))),
		clients: [...clients],
		jobs: oldestJobs(facts),
		jobsInAll: facts.jobCount + facts.waiterCount,
	};
}

function liveServer(server: ServerRecord, nowMs: number, isSilent: boolean): LiveServer {
	const {id, health, slots, assigned, speed, status, toolchains, refused, done, failed} = server;
	const isOut = health !== undefined && standing(health, nowMs) === 'quarantined';
	return {
		address: id,
		state: isSilent ? 'silent' : isOut ? 'quarantined' : server.draining ? 'draining' : 'up',
		reason: health?.reason ?? '',
		quarantineMs: isOut ? health.untilMs - nowMs : 0,
		slots,
		jobs: assigned,
		speed,
		...(status === undefined ? {} : vitals(status)),
		toolchains: [...toolchains].slice(0, mostToolchains),
		refused: Object.fromEntries([...refused].slice(0, mostToolchains)),
		done,
		failed,
		lastSeenMs: Math.max(0, nowMs - server.lastSeenMs),
	};
}

function vitals({
	load,
	arch,
	memoryTotalBytes,
	memoryFreeBytes,
}: NonNullable<ServerRecord['status']>) {
	return {load, arch, memoryTotalBytes, memoryFreeBytes};
}

function oldestJobs({jobs, waiters, nowMs}: FarmFacts): LiveJob[] {
	const oldest: LiveJob[] = [];
	for (const job of jobs) {
		if (oldest.length === mostJobs) break;
		const state = job.state === 'Started' ? 'runs' : 'sent';
		const ageMs = Math.max(0, nowMs - job.sinceMs);
		oldest.push({id: `${job.id}`, ...job.subject, server: job.server.id, state, ageMs});
	}
	for (const {subject, sinceMs, number} of waiters) {
		const ageMs = Math.max(0, nowMs - sinceMs);
		oldest.push({id: `w${number}`, ...subject, server: '', state: 'asked', ageMs});
	}
	return oldest.sort((one, other) => other.ageMs - one.ageMs).slice(0, mostJobs);
}
