import type {JobState} from '../protocol/dist/messages.js';
import type {ServerRecord} from './server-record.js';

/** Whose job it is and what it compiles, for whoever watches. */
export interface Subject {
	/** A host's name, or an address where none is known. */
	readonly client: string;
	/** CATEGORY/PF, or nothing. */
	readonly package: string;
	/** The source's or the crate's name, or nothing. */
	readonly unit: string;
}

/** Of a job that only its server knows. */
export const unknownSubject: Subject = {client: '', package: '', unit: ''};

/** A job that was sent to a server, until it ends. */
export interface Job {
	readonly id: number;
	readonly subject: Subject;
	readonly server: ServerRecord;
	readonly toolchain: string;
	/** By which it is known that its server has the result. */
	readonly resultHint: string | undefined;
	/** It was expected to be there before the job came. */
	readonly isResultThere: boolean;
	/** As its client says; undefined for clients of v1. */
	readonly predictedMs: number | undefined;
	/** What it counts for among the work that the server has; more than was predicted once it takes longer. */
	chargedMs: number;
	readonly chargedBytes: number;
	/** Of the server at the moment of being sent there. */
	readonly slowdown: number;
	readonly sinceMs: number;
	/** 'here': this scheduler gave it; 'elsewhere': another one did, by the ledger; 'server': its server has it, and that is all that is known. */
	readonly origin: 'here' | 'elsewhere' | 'server';
	/** Since when the scheduler that gave it is known to be gone. */
	orphanedMs?: number | undefined;
	state: JobState['kind'];
	stateSinceMs: number;
}

/** A job of another scheduler, as the ledger has it. */
export interface SharedJob
	extends Pick<
		Job,
		'id' | 'subject' | 'toolchain' | 'predictedMs' | 'chargedMs' | 'chargedBytes' | 'slowdown'
	> {
	/** The scheduler that gave it is gone. */
	readonly isOrphan: boolean;
}

const order = ['Pending', 'Ready', 'Started', 'Complete'] as const;

/**
 * What a server may say of its job. v1's go on one step at a time; ours may leave steps out (a job that was refused or cancelled is
 * Complete), and say Ready again after a toolchain was lost and sent again.
 */
export function mayBecome(
	from: JobState['kind'],
	to: JobState['kind'],
	extensions: number,
): boolean {
	const step = order.indexOf(to) - order.indexOf(from);
	if (extensions === 0) return step === 1;
	return step > 0 || (step === 0 && to === 'Ready');
}

/** Longer than any client of v1 waits for its answer. */
const startedMs = 30 * 60 * 1000;
const readyMs = 60_000;
const pendingMs = 300_000;

/** Whether nobody will hear of it any more. */
export function isAbandoned({state, stateSinceMs}: Job, nowMs: number): boolean {
	const limitMs = state === 'Pending' ? pendingMs : state === 'Ready' ? readyMs : startedMs;
	return nowMs - stateSinceMs > limitMs;
}
