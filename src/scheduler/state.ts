import {AppError} from '../lib/errors.js';
import {Lru} from '../lib/lru.js';
import {type Choice, choose} from '../placement/choose.js';
import {type JobFacts, unknownJob} from '../placement/facts.js';
import {slowdown} from '../placement/finish-time.js';
import {isResultThere} from '../placement/known-result.js';
import {afterFailure, afterProbe, afterSuccess, standing} from '../placement/quarantine.js';
import {observeSpeed, speedOf} from '../placement/speed.js';
import type {Address} from '../protocol/dist/address.js';
import type {
	JobReport,
	ServerList,
	ServerStatus,
	ServerStatusReply,
} from '../protocol/dist/extensions.js';
import type {HeartbeatRequest, JobState, SchedulerStatus} from '../protocol/dist/messages.js';
import {
	isAbandoned,
	type Job,
	mayBecome,
	type SharedJob,
	type Subject,
	unknownSubject,
} from './job.js';
import {LostServers} from './lost-servers.js';
import {adoptStatus, drop, newServer, type ServerRecord, take} from './server-record.js';

/** v1's heartbeat comes every 30 s. */
const silenceMs = 90_000;
/** Of a server that says how it is: so many times it could have. */
const mostSilences = 10;
/** So much of the time after which a server is given up: before, it may be that it is only busy. */
const lateShare = 0.6;
/** A server that says it runs nothing has none of the jobs that began before this. */
const settledMs = 5000;
/** Within that, who was given a job by a scheduler that is gone now has come to its server, or compiles it elsewhere. */
const orphanMs = 5000;
/** More than end while a status is on its way. */
const mostEnded = 10_000;
const statusEveryMs = 1000;
/** What all servers together may send. */
const statusesPerSecond = 500;

/** How a job came to its end, as far as it is known here. */
export interface EndedJob {
	readonly server: Address;
	readonly outcome: Outcome;
	/** On the server. */
	readonly actualMs?: number;
}

export type Outcome =
	| 'done'
	/** By the server's own fault. */
	| 'failed'
	/** The server refused it, or it was cancelled there. */
	| 'unfinished'
	/** Its client did not want it any more. */
	| 'withdrawn'
	/** Nobody said what became of it. */
	| 'abandoned';

export interface StateOptions {
	readonly now: () => number;
	/** Below 2^52, and of each start another one: ids of an earlier start are not ours. */
	readonly firstJobId: number;
	/** There may be room where there was none. */
	readonly onRoom: () => void;
	readonly onEnded?: (job: EndedJob) => void;
	/** A job that schedulers know of has given its place back. */
	readonly onReleased?: (job: Pick<Job, 'id' | 'server'>) => void;
}

/** All servers and jobs that the scheduler knows. Nothing of it outlives the process. */
export class SchedulerState {
	readonly #servers = new Map<Address, ServerRecord>();
	readonly #jobs = new Map<number, Job>();
	readonly #lost = new LostServers();
	/** Ids of jobs that have ended: a status or a ledger may speak of them a moment longer. */
	readonly #ended = new Lru<number, true>(mostEnded);
	readonly #options: StateOptions;
	#nextJobId: number;

	constructor(options: StateOptions) {
		this.#options = options;
		this.#nextJobId = options.firstJobId;
	}

	/** True: not known before, or started again since. The jobs that a server had when it ended are gone. */
	heartbeat(id: Address, heartbeat: HeartbeatRequest, extensions: number): boolean {
		this.sweep();
		const nowMs = this.#options.now();
		const known = this.#servers.get(id);
		if (known !== undefined && known.heartbeat.serverNonce === heartbeat.serverNonce) {
			known.heartbeat = heartbeat;
			known.extensions = extensions;
			known.lastSeenMs = nowMs;
			if (known.status === undefined) known.slots = heartbeat.numCpus;
			return false;
		}
		const server = newServer(id, heartbeat, extensions, nowMs);
		if (known !== undefined) {
			this.#remove(known);
			server.speedEstimate = known.speedEstimate;
			server.speed = known.speed;
		}
		// Its jobs of before this start of it count as well.
		const {done, failed} = known ?? this.#lost.find(id) ?? server;
		Object.assign(server, {done, failed});
		this.#lost.forget(id);
		this.#servers.set(id, server);
		this.#options.onRoom();
		return true;
	}

	status(id: Address, status: ServerStatus): ServerStatusReply {
		const nowMs = this.#options.now();
		const nextMs = this.#nextStatusMs();
		const server = this.#servers.get(id);
		if (server === undefined) return {known: false, nextMs: Math.ceil(nextMs)};
		server.lastSeenMs = nowMs;
		if (status.state === 'gone') {
			this.#remove(server);
			return {known: false, nextMs: Math.ceil(nextMs)};
		}
		adoptStatus(server, status, nowMs);
		this.#compare(server, status, nowMs);
		this.#options.onRoom();
		return {known: true, nextMs: Math.ceil(nextMs)};
	}

	/** Chooses a server and counts the job there. */
	place(
		wanted: JobFacts,
		subject: Subject = unknownSubject,
	): Choice<ServerRecord> & {readonly job?: Job} {
		const nowMs = this.#options.now();
		const choice = choose(this.#servers.values(), wanted, nowMs);
		if (choice.kind !== 'server') return choice;
		const {server} = choice;
		const {resultHint} = wanted;
		const isThere = isResultThere(server, wanted);
		const job: Job = {
			id: this.#nextJobId++,
			subject,
			server,
			toolchain: wanted.toolchain,
			resultHint,
			isResultThere: isThere,
			predictedMs: wanted.predictedMs,
			chargedMs: isThere ? 0 : (wanted.predictedMs ?? unknownJob.predictedMs),
			chargedBytes: isThere ? 0 : (wanted.memoryBytes ?? unknownJob.memoryBytes),
			slowdown: slowdown(server),
			sinceMs: nowMs,
			origin: 'here',
			state: server.toolchains.has(wanted.toolchain) ? 'Ready' : 'Pending',
			stateSinceMs: nowMs,
		};
		this.#add(job);
		if (resultHint !== undefined) server.results?.expect(resultHint);
		if (server.health !== undefined && standing(server.health, nowMs) === 'probe') {
			server.health = afterProbe(server.health, nowMs);
		}
		return {...choice, job};
	}

	/** After a v1 server was asked to take a job. */
	assigned(job: Job, state: JobState['kind']): void {
		job.state = state;
		job.stateSinceMs = this.#options.now();
		if (state === 'Ready') job.server.toolchains.add(job.toolchain);
		else job.server.toolchains.delete(job.toolchain);
	}

	/** A job that was placed and will not be run. */
	withdraw(job: Job): void {
		this.#end(job, {outcome: 'withdrawn'});
	}

	/** A job that does not count here after all. */
	takeBack(job: Job): void {
		if (!this.#jobs.delete(job.id)) return;
		drop(job.server, job, this.#options.now());
	}

	/** What the ledger says that other schedulers have given to a server: all of it. */
	adopt(server: ServerRecord, shared: readonly SharedJob[]): void {
		if (this.#servers.get(server.id) !== server) return;
		const nowMs = this.#options.now();
		const listed = new Set(server.status?.jobs);
		for (const {id} of shared) listed.add(id);
		for (const job of shared) this.#adoptJob(server, job, nowMs);
		for (const job of [...server.jobs.values()]) {
			// Not ended: what was looked at may be older than the job.
			if (job.origin === 'elsewhere' && !listed.has(job.id)) this.takeBack(job);
		}
		this.#options.onRoom();
	}

	/** The same of a job that may have ended, or that never was. One that its server has begun ends when that says so. */
	withdrawId(jobId: number): void {
		const job = this.#jobs.get(jobId);
		if (job !== undefined && job.state !== 'Started') this.#end(job, {outcome: 'withdrawn'});
	}

	/** The server's own failure. */
	failed({server}: Job, reason: string): void {
		server.failed++;
		server.health = afterFailure(server.health, reason, this.#options.now());
	}

	/** What a server says of a job. Throws AppError JOB_STATE_INVALID. */
	jobState(id: Address, jobId: number, to: JobState['kind'], report: JobReport): void {
		const nowMs = this.#options.now();
		const server = this.#servers.get(id);
		if (server !== undefined) server.lastSeenMs = nowMs;
		const job = this.#jobs.get(jobId);
		if (job === undefined) {
			this.#unknownJob(server, jobId, to);
			return;
		}
		if (job.server.id !== id) throw invalid(`Job id ${jobId} is not registered on server ${id}`);
		if (!mayBecome(job.state, to, job.server.extensions)) {
			throw invalid(`Invalid job state transition from ${job.state} to ${to}`);
		}
		const before = {state: job.state, sinceMs: job.stateSinceMs};
		job.state = to;
		job.stateSinceMs = nowMs;
		if (to === 'Ready' || to === 'Started') job.server.toolchains.add(job.toolchain);
		if (to === 'Complete') {
			const startedMs = before.state === 'Started' ? before.sinceMs : undefined;
			this.#end(job, this.#learn(job, report, startedMs), report.kept === true);
		}
	}

	/** The server's heartbeat; undefined when there is no such server. */
	server(id: Address): HeartbeatRequest | undefined {
		return this.#servers.get(id)?.heartbeat;
	}

	/** Servers that were not heard of for long, and jobs that nobody came for. */
	sweep(): void {
		const nowMs = this.#options.now();
		for (const server of [...this.#servers.values()]) {
			if (nowMs - server.lastSeenMs <= this.#giveUpMs(server.status)) continue;
			this.#remove(server);
			this.#lost.add(server);
		}
		for (const job of [...this.#jobs.values()]) {
			if (isAbandoned(job, nowMs)) this.#end(job, {outcome: 'abandoned'});
		}
	}

	totals(): SchedulerStatus {
		let numCpus = 0;
		for (const {heartbeat} of this.#servers.values()) numCpus += heartbeat.numCpus;
		return {numServers: this.#servers.size, numCpus, inProgress: this.#jobs.size};
	}

	/** From the one that was sent first. */
	jobs(): IterableIterator<Job> {
		return this.#jobs.values();
	}

	get jobCount(): number {
		return this.#jobs.size;
	}

	/** Those that jobs can be sent to. */
	current(): readonly ServerRecord[] {
		return [...this.#servers.values()];
	}

	/** Those that jobs can be sent to, then those that have fallen silent. */
	servers(): readonly ServerRecord[] {
		return [...this.#servers.values(), ...this.#lost.since(this.#options.now())];
	}

	/** Whether a server should have been heard of by now. */
	isSilent({status, lastSeenMs}: ServerRecord): boolean {
		return this.#options.now() - lastSeenMs > lateShare * this.#giveUpMs(status);
	}

	/** Of the jobs that servers have. */
	jobStates(): Readonly<Record<'pending' | 'ready' | 'started', number>> {
		const counts = {pending: 0, ready: 0, started: 0};
		for (const {state} of this.#jobs.values()) {
			if (state === 'Pending') counts.pending++;
			else if (state === 'Ready') counts.ready++;
			else counts.started++;
		}
		return counts;
	}

	list(): ServerList['servers'] {
		const nowMs = this.#options.now();
		return [...this.#servers.values()].map(server => ({
			address: server.id,
			numCpus: server.heartbeat.numCpus,
			inProgress: server.assigned,
			extensions: server.extensions,
			speed: server.speed,
			...(server.status === undefined ? {} : {status: server.status}),
			...quarantineOf(server, nowMs),
			lastSeenMs: Math.max(0, nowMs - server.lastSeenMs),
		}));
	}

	#giveUpMs(status: ServerStatus | undefined): number {
		return status === undefined ? silenceMs : mostSilences * this.#nextStatusMs();
	}

	#nextStatusMs(): number {
		return Math.max(statusEveryMs, (this.#servers.size * 1000) / statusesPerSecond);
	}

	#add(job: Job): void {
		this.#jobs.set(job.id, job);
		take(job.server, job);
	}

	/** `isKept`: its server has the result. */
	#end(job: Job, how: Omit<EndedJob, 'server'>, isKept = job.isResultThere): void {
		if (!this.#jobs.delete(job.id)) return;
		if (!isKept && job.resultHint !== undefined) job.server.results?.forget(job.resultHint);
		this.#ended.set(job.id, true);
		// Else each scheduler would count it.
		if (job.origin !== 'elsewhere') this.#options.onEnded?.({server: job.server.id, ...how});
		if (job.origin !== 'server') this.#options.onReleased?.(job);
		drop(job.server, job, this.#options.now());
		this.#options.onRoom();
	}

	#remove(server: ServerRecord): void {
		for (const job of server.jobs.values()) {
			this.#jobs.delete(job.id);
			if (job.origin === 'elsewhere') continue;
			this.#options.onEnded?.({server: server.id, outcome: 'abandoned'});
		}
		server.jobs.clear();
		this.#servers.delete(server.id);
	}

	/**
	 * A job of before this scheduler's start, or one that was given up too early: the server goes on with it, and it counts. A v1
	 * server that names an id of ours that has ended is wrong.
	 */
	#unknownJob(server: ServerRecord | undefined, jobId: number, to: JobState['kind']): void {
		const ours = jobId >= this.#options.firstJobId && jobId < this.#nextJobId;
		if (ours && (server === undefined || server.extensions === 0)) throw invalid('Unknown job');
		// Another scheduler's, which the ledger may name a moment longer.
		if (to === 'Complete') this.#ended.set(jobId, true);
		if (server === undefined || to === 'Complete') return;
		this.#addUnknown(server, jobId, to);
	}

	#addUnknown(server: ServerRecord, id: number, state: JobState['kind']): void {
		const nowMs = this.#options.now();
		this.#add({
			id,
			subject: unknownSubject,
			server,
			toolchain: '',
			resultHint: undefined,
			isResultThere: false,
			predictedMs: undefined,
			chargedMs: unknownJob.predictedMs,
			chargedBytes: unknownJob.memoryBytes,
			slowdown: 1,
			sinceMs: nowMs,
			origin: 'server',
			state,
			stateSinceMs: nowMs,
		});
	}

	#adoptJob(server: ServerRecord, {isOrphan, ...job}: SharedJob, nowMs: number): void {
		const known = this.#jobs.get(job.id);
		if (known?.origin === 'elsewhere') {
			known.orphanedMs = isOrphan ? (known.orphanedMs ?? nowMs) : undefined;
			return;
		}
		if (known?.origin === 'here') return;
		if (this.#ended.get(job.id)) {
			this.#options.onReleased?.({id: job.id, server});
			return;
		}
		if (known !== undefined) this.takeBack(known);
		this.#add({
			...job,
			server,
			resultHint: undefined,
			isResultThere: false,
			sinceMs: known?.sinceMs ?? nowMs,
			origin: 'elsewhere',
			orphanedMs: isOrphan ? nowMs : undefined,
			state: known?.state ?? 'Pending',
			stateSinceMs: known?.stateSinceMs ?? nowMs,
		});
	}

	/** What a job that has ended says of its server, and what became of it. */
	#learn(job: Job, report: JobReport, startedMs: number | undefined): Omit<EndedJob, 'server'> {
		const {server} = job;
		const nowMs = this.#options.now();
		if (report.ok === false) {
			server.failed++;
			server.health = afterFailure(server.health, report.reason ?? 'a job failed', nowMs);
			return {outcome: 'failed'};
		}
		// That it could compile it now is not shown by that.
		if (report.cached === true) {
			server.done++;
			return {outcome: 'done'};
		}
		const actualMs = report.actualMs ?? (startedMs === undefined ? undefined : nowMs - startedMs);
		// Refused or cancelled.
		if (actualMs === undefined) return {outcome: 'unfinished'};
		server.done++;
		server.health = afterSuccess(server.health);
		const predictedMs = job.predictedMs ?? report.predictedMs;
		if (predictedMs === undefined) return {outcome: 'done', actualMs};
		server.speedEstimate = observeSpeed(server.speedEstimate, {
			predictedMs,
			actualMs,
			slowdown: job.slowdown,
		});
		server.speed = speedOf(server.speedEstimate);
		return {outcome: 'done', actualMs};
	}

	/** What a server says that it has, and what it should have. */
	#compare(server: ServerRecord, {running, jobs: ids}: ServerStatus, nowMs: number): void {
		const has = new Set(ids);
		const isOver = (job: Job): boolean => {
			if (has.has(job.id)) return false;
			const {state, stateSinceMs, orphanedMs} = job;
			if (ids !== undefined && job.origin === 'server') return true;
			if (ids === undefined && running > 0) return false;
			if (orphanedMs !== undefined && nowMs - orphanedMs > orphanMs) return true;
			return state === 'Started' && nowMs - stateSinceMs > settledMs;
		};
		for (const job of [...server.jobs.values()]) {
			if (isOver(job)) this.#end(job, {outcome: 'abandoned'});
		}
		for (const id of has) {
			if (!this.#jobs.has(id) && !this.#ended.get(id)) this.#addUnknown(server, id, 'Started');
		}
	}
}

function quarantineOf({health}: ServerRecord, nowMs: number) {
	if (health === undefined || standing(health, nowMs) !== 'quarantined') return {};
	return {quarantine: {reason: health.reason, untilMs: Math.max(0, health.untilMs - nowMs)}};
}

function invalid(message: string): AppError {
	return new AppError('JOB_STATE_INVALID', message);
}
