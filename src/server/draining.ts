import {setTimeout as sleep} from 'node:timers/promises';
import {AppError} from '../lib/errors.js';
import {endedBy, type Jobs} from './jobs.js';
import type {ServerParts} from './parts.js';

/** Throws SERVER_DRAINING. */
export function requireUp({isDraining}: Pick<ServerParts, 'isDraining'>): void {
	if (isDraining()) {
		throw new AppError('SERVER_DRAINING', 'this server is about to end, and takes no more jobs');
	}
}

const lookEveryMs = 50;
/** For jobs that were ended to be so. */
const graceMs = 2000;

/** Resolves when no job runs any more; at the deadline, or when `hurry` comes, all are ended. */
export async function drained(jobs: Jobs, deadlineMs: number, hurry: Promise<void>): Promise<void> {
	const none = () => jobs.claimed().length === 0;
	const isOver = {hurry: false};
	void hurry.then(() => {
		isOver.hurry = true;
	});
	const until = async (ms: number, early: () => boolean) => {
		for (let waitedMs = 0; waitedMs < ms && !none() && !early(); waitedMs += lookEveryMs) {
			await sleep(lookEveryMs);
		}
	};
	await until(deadlineMs, () => isOver.hurry);
	for (const job of jobs.claimed()) job.ending.abort(endedBy('this server ends'));
	await until(graceMs, () => false);
}
