import type {ServerFacts} from '../placement/facts.js';
import {type SpeedEstimate, speedOf, unknownSpeed} from '../placement/speed.js';
import type {Address} from '../protocol/dist/address.js';
import type {ServerStatus} from '../protocol/dist/extensions.js';
import type {HeartbeatRequest} from '../protocol/dist/messages.js';
import type {Job} from './job.js';
import {KnownResults} from './known-results.js';

type Writable<Type> = {-readonly [Name in keyof Type]: Type[Name]};

/** A build server as the scheduler knows it: what placement asks for, and what it was made from. */
export interface ServerRecord extends Writable<ServerFacts> {
	readonly id: Address;
	memory: {totalBytes: number; freeBytes: number; promisedBytes: number} | undefined;
	toolchains: Set<string>;
	/** Undefined until it says that it keeps any. */
	results: KnownResults | undefined;
	heartbeat: HeartbeatRequest;
	status: ServerStatus | undefined;
	lastSeenMs: number;
	statusMs: number;
	readonly jobs: Map<number, Job>;
	speedEstimate: SpeedEstimate;
	/** Of its own jobs, over the minute that its load average is over. */
	averageRunning: number;
	/** Jobs that it did, and that failed by its own fault. */
	done: number;
	failed: number;
}

const loadAverageMs = 60_000;
/** By then a compile has most of its memory, and the server counts it as taken. */
const grownMs = 5000;

export function newServer(
	id: Address,
	heartbeat: HeartbeatRequest,
	extensions: number,
	nowMs: number,
): ServerRecord {
	return {
		id,
		slots: heartbeat.numCpus,
		extensions,
		assigned: 0,
		assignedMs: 0,
		speed: speedOf(unknownSpeed),
		foreignLoad: 0,
		memory: undefined,
		arch: undefined,
		toolchains: new Set(),
		refused: new Map(),
		results: undefined,
		health: undefined,
		draining: false,
		heartbeat,
		status: undefined,
		lastSeenMs: nowMs,
		statusMs: nowMs,
		jobs: new Map(),
		speedEstimate: unknownSpeed,
		averageRunning: 0,
		done: 0,
		failed: 0,
	};
}

/** Counts a job among what the server has. */
export function take(server: ServerRecord, job: Job): void {
	server.jobs.set(job.id, job);
	server.assigned++;
	server.assignedMs += job.chargedMs;
	if (server.memory !== undefined) server.memory.promisedBytes += job.chargedBytes;
}

export function drop(server: ServerRecord, job: Job, nowMs: number): void {
	if (!server.jobs.delete(job.id)) return;
	server.assigned--;
	server.assignedMs = server.assigned === 0 ? 0 : server.assignedMs - job.chargedMs;
	if (server.memory !== undefined) server.memory.promisedBytes = promised(server, nowMs);
}

/** What the server says of itself replaces what was known. */
export function adoptStatus(
	server: ServerRecord,
	{results, ...status}: ServerStatus,
	nowMs: number,
): void {
	const first = server.status === undefined;
	const share = first ? 1 : 1 - Math.exp((server.statusMs - nowMs) / loadAverageMs);
	server.averageRunning += share * (status.running - server.averageRunning);
	server.status = status;
	server.statusMs = nowMs;
	server.arch = status.arch;
	server.slots = status.slots;
	server.foreignLoad = Math.max(0, status.load - server.averageRunning);
	server.toolchains = new Set(status.toolchains);
	server.refused = new Map(Object.entries(status.refused));
	if (results !== undefined) {
		server.results ??= new KnownResults();
		server.results.told(results);
	}
	server.draining = status.state !== 'up';
	for (const job of server.jobs.values()) chargeOverrun(server, job, nowMs);
	server.memory = {
		totalBytes: status.memoryTotalBytes,
		freeBytes: status.memoryFreeBytes,
		promisedBytes: promised(server, nowMs),
	};
}

/** What runs longer than was predicted is expected to run as long again. */
function chargeOverrun(server: ServerRecord, job: Job, nowMs: number): void {
	if (job.state !== 'Started') return;
	const doneMs = ((nowMs - job.stateSinceMs) * server.speed) / job.slowdown;
	if (!(doneMs > job.chargedMs) || !Number.isFinite(doneMs)) return;
	server.assignedMs += 2 * doneMs - job.chargedMs;
	job.chargedMs = 2 * doneMs;
}

function promised({jobs}: ServerRecord, nowMs: number): number {
	let sizeBytes = 0;
	for (const {sinceMs, state, stateSinceMs, chargedBytes} of jobs.values()) {
		const waits = state !== 'Started' && nowMs - sinceMs < 4 * grownMs;
		if (waits || (state === 'Started' && nowMs - stateSinceMs < grownMs)) sizeBytes += chargedBytes;
	}
	return sizeBytes;
}
