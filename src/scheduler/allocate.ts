import {signJobToken} from '../auth/job-token.js';
import type {Log} from '../lib/log.js';
import type {JobFacts} from '../placement/facts.js';
import type {ChosenServer} from '../protocol/dist/extensions.js';
import type {AllocJobResponse} from '../protocol/dist/messages.js';
import type {Assign} from './assign.js';
import type {Job, Subject} from './job.js';
import type {Ledger} from './ledger.js';
import type {Tally} from './metrics.js';
import type {SchedulerState} from './state.js';
import type {Waiting} from './waiting.js';

export interface AllocateParts {
	readonly state: SchedulerState;
	readonly waiting: Waiting;
	readonly assign: Assign;
	readonly ledger: Ledger;
	readonly now: () => number;
	readonly log: Log;
	readonly tally: Tally;
	/** Servers that were there before may come back until then. */
	readonly settledMs: number;
	readonly isClosing: () => boolean;
}

export interface Wanted {
	/** Whose turn it is goes by this. */
	readonly client: string;
	readonly subject: Subject;
	/** 0: v1. */
	readonly extensions: number;
	readonly facts: JobFacts;
	readonly waitMs: number;
	/** The client is gone. */
	readonly signal: AbortSignal;
}

export interface Allocation {
	readonly response: AllocJobResponse;
	readonly server?: ChosenServer;
	/** Of a Fail: what is in the way passes by itself. */
	readonly mayChange?: boolean;
}

/** A toolchain must be there by then, and the job begun. */
const tokenMs = 60 * 60 * 1000;

/** A server for a job, and the token for it. What no server takes before the client's patience ends is a Fail, never an error. */
export async function allocate(parts: AllocateParts, wanted: Wanted): Promise<Allocation> {
	const deadlineMs = parts.now() + wanted.waitMs;
	const avoid = new Set(wanted.facts.avoid);
	const facts = {...wanted.facts, avoid};
	for (;;) {
		const placed = await place(parts, {...wanted, facts}, deadlineMs);
		if ('reason' in placed) return fail(parts, wanted, placed);
		const {job} = placed;
		const {server} = job;
		if (!(await parts.ledger.reserve(job))) {
			if (parts.now() < deadlineMs) continue;
			return fail(parts, wanted, {reason: full, mayChange: true});
		}
		if (wanted.signal.aborted) {
			parts.state.withdraw(job);
			return fail(parts, wanted, {reason: gone, mayChange: false});
		}
		if (server.extensions > 0) {
			return succeed(parts, job, !server.toolchains.has(job.toolchain));
		}
		const failure = await assignTo(parts, job);
		if (wanted.signal.aborted) {
			parts.state.withdraw(job);
			return fail(parts, wanted, {reason: gone, mayChange: false});
		}
		if (failure === undefined) return succeed(parts, job, job.state === 'Pending');
		avoid.add(server.id);
	}
}

const gone = 'the client is gone';
const full = 'all servers are full';

interface NoPlace {
	readonly reason: string;
	readonly mayChange: boolean;
}

type Placed = {readonly job: Job} | NoPlace;

/** Now, or when there is room. */
function place(
	{state, waiting, now, settledMs, isClosing}: AllocateParts,
	{client, subject, facts, signal}: Wanted,
	deadlineMs: number,
): Promise<Placed> {
	return new Promise(resolve => {
		let obstacle: NoPlace = {reason: full, mayChange: true};
		const waiter = {
			client,
			wanted: facts,
			subject,
			sinceMs: now(),
			number: waiting.nextNumber(),
			deadlineMs,
			tryNow: () => {
				const choice = state.place(facts, subject);
				if (choice.job !== undefined) {
					finish({job: choice.job});
					return true;
				}
				const mayChange = (choice.kind === 'wait' || now() < settledMs) && !isClosing();
				if (choice.kind !== 'server') obstacle = {reason: choice.reason, mayChange};
				if (mayChange && now() < deadlineMs) return false;
				finish(obstacle);
				return true;
			},
			giveUp: () => finish({...obstacle, mayChange: obstacle.mayChange && !isClosing()}),
		};
		const onGone = () => {
			waiting.remove(waiter);
			finish({reason: gone, mayChange: false});
		};
		const finish = (placed: Placed) => {
			signal.removeEventListener('abort', onGone);
			resolve(placed);
		};
		if (signal.aborted) {
			resolve({reason: gone, mayChange: false});
			return;
		}
		signal.addEventListener('abort', onGone);
		waiting.add(waiter);
		// Behind others of its kind, and with no time to wait for them.
		if (now() >= deadlineMs) {
			waiting.remove(waiter);
			finish(obstacle);
		}
	});
}

/** A v1 server is told of its job first. Undefined, or why it did not take it. */
async function assignTo(
	{state, assign, log}: AllocateParts,
	job: Job,
): Promise<string | undefined> {
	const {id, server} = job;
	try {
		const {state: jobState} = await assign(server.id, server.heartbeat, {
			jobId: id,
			token: await signJobToken({jobId: id}, server.heartbeat.jwtKey),
			toolchain: job.toolchain,
		});
		state.assigned(job, jobState.kind);
		return undefined;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		log.warn('a server does not take a job', {server: server.id, job: id, reason});
		state.failed(job, reason);
		state.withdraw(job);
		return reason;
	}
}

async function succeed({now, log}: AllocateParts, job: Job, needToolchain: boolean) {
	const {id: jobId, server, toolchain} = job;
	const {jwtKey, certDigest} = server.heartbeat;
	const auth = await signJobToken(
		// v1's servers take no other claim, and no end.
		server.extensions === 0
			? {jobId}
			: {jobId, toolchain, expiresS: Math.ceil((now() + tokenMs) / 1000)},
		jwtKey,
	);
	log.debug('a job is given to a server', {job: jobId, server: server.id, needToolchain});
	return {
		response: {
			kind: 'Success',
			value: {jobAlloc: {auth, jobId, serverId: server.id}, needToolchain, certDigest},
		},
		server: {extensions: server.extensions, speed: server.speed},
	} as const;
}

/** v1's words, and for those who may read more, why. */
function fail(
	{state, log}: AllocateParts,
	{extensions}: Wanted,
	{reason, mayChange}: NoPlace,
): Allocation {
	const words = `Insufficient capacity across ${state.totals().numServers} available servers`;
	log.debug('no server for a job', {reason});
	return {
		response: {
			kind: 'Fail',
			value: {msg: extensions === 0 ? words : `${words}: ${reason}`},
		},
		mayChange: extensions > 0 && mayChange,
	};
}
