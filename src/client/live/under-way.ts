import type {CompileRequest} from '../../protocol/frames.js';
import type {LiveJob} from '../../protocol/live.js';
import {packageOf} from '../compile-here.js';
import {readable} from '../readable.js';
import type {ShimConnection} from '../shim-connection.js';
import {unitOf} from './unit-of.js';

/** Of this worker's jobs, what it tells when somebody watches. */
export interface JobsUnderWay {
	/** The oldest first, and no more than `mostJobs`. */
	readonly jobs: readonly Omit<LiveJob, 'client'>[];
	readonly all: number;
	/** Compilers that run on this host. */
	readonly running: number;
	/** For room on this host or on a server. */
	readonly waiting: number;
}

/** What a person can look at. */
export const mostJobs = 500;

interface UnderWayJob {
	readonly id: number;
	readonly request: CompileRequest;
	readonly sinceMs: number;
	state: LiveJob['state'];
	server: string;
	isWaiting: boolean;
}

/** The compiles of a worker between their begin and end. A hit pays for an entry and no more: names are made when they are asked for. */
export class UnderWay {
	readonly #jobs = new Map<ShimConnection, UnderWayJob>();
	#nextId = 0;

	begin(shim: ShimConnection, request: CompileRequest, sinceMs: number): void {
		const id = this.#nextId++;
		const job = {id, request, sinceMs, state: 'asked', server: '', isWaiting: false} as const;
		this.#jobs.set(shim, job);
	}

	end(shim: ShimConnection): void {
		this.#jobs.delete(shim);
	}

	/** For room. */
	waits(shim: ShimConnection): void {
		this.#change(shim, 'asked', '', true);
	}

	sent(shim: ShimConnection, server: string): void {
		this.#change(shim, 'sent', server, false);
	}

	/** `server` empty: on this host. */
	runs(shim: ShimConnection, server: string): void {
		this.#change(shim, 'runs', server, false);
	}

	look(nowMs: number): JobsUnderWay {
		const all = [...this.#jobs.values()];
		return {
			jobs: all.slice(0, mostJobs).map(job => toLive(job, nowMs)),
			all: all.length,
			running: all.filter(({state, server}) => state === 'runs' && server === '').length,
			waiting: all.filter(({isWaiting}) => isWaiting).length,
		};
	}

	#change(shim: ShimConnection, state: LiveJob['state'], server: string, isWaiting: boolean): void {
		const job = this.#jobs.get(shim);
		if (job !== undefined) Object.assign(job, {state, server, isWaiting});
	}
}

function toLive({id, request, sinceMs, state, server}: UnderWayJob, nowMs: number) {
	return {
		id: String(id),
		package: readable(packageOf(request.env.get('PORTAGE_BUILDDIR'))),
		unit: unitOf(request),
		server,
		state,
		// The clock may have been set back.
		ageMs: Math.max(0, nowMs - sinceMs),
	};
}
