import {AppError} from '../lib/errors.js';
import type {JobState} from '../protocol/dist/messages.js';

/** A job from its announcement, or its client's first request, to its end. */
export interface Job {
	readonly id: number;
	readonly toolchain: string;
	/** By a scheduler, as v1's do; those of ours leave it to the token. */
	readonly announced: boolean;
	/** As far as the scheduler that announced it knows; others know nothing yet. */
	readonly announcedAs: JobState['kind'];
	/** As far as schedulers were told. */
	told: JobState['kind'];
	/** Its run_job has come. */
	isClaimed: boolean;
	readonly sinceMs: number;
	/** Its reason is what the client is told. */
	readonly ending: AbortController;
}

/** No client of a v1 scheduler comes later: as that one has it. */
const readyMs = 60_000;
const pendingMs = 300_000;
/** Longer than tokens of our scheduler are good for. */
const rememberedMs = 2 * 60 * 60 * 1000;
/** What a client may leave behind that asks for jobs and does not run them. */
const mostWaiting = 10_000;

/** The jobs that this server knows. Each is run once: the id of one that has ended is no job's any more. */
export class Jobs {
	readonly #jobs = new Map<number, Job>();
	/** Ids, the oldest first, and until when to know them. */
	readonly #ended = new Map<number, number>();
	readonly #now: () => number;

	constructor(now: () => number) {
		this.#now = now;
	}

	/** Throws SERVER_BUSY. */
	announce(id: number, toolchain: string, told: 'Pending' | 'Ready'): void {
		this.#jobs.get(id)?.ending.abort(endedBy('its scheduler announced another one'));
		this.#ended.delete(id);
		this.#add(id, toolchain, {announced: true, told});
	}

	/** The job that a valid token is for; `toolchain` is what the token says. Throws SERVER_BUSY. */
	find(id: number, toolchain: string | undefined): Job | undefined {
		const known = this.#jobs.get(id);
		if (known !== undefined || toolchain === undefined || this.#ended.has(id)) return known;
		return this.#add(id, toolchain, {announced: false, told: 'Pending'});
	}

	end(job: Job): void {
		if (this.#jobs.get(job.id) === job) this.#jobs.delete(job.id);
		this.#ended.set(job.id, this.#now() + rememberedMs);
	}

	/** All that run, or that a client has begun to send. */
	ids(): readonly number[] {
		return [...this.#jobs.keys()];
	}

	/** All that run. */
	claimed(): readonly Job[] {
		return [...this.#jobs.values()].filter(job => job.isClaimed);
	}

	/** Forgets whom nobody came for, and what was over long ago. */
	sweep(): void {
		const nowMs = this.#now();
		for (const [id, untilMs] of this.#ended) {
			if (untilMs > nowMs) break;
			this.#ended.delete(id);
		}
		for (const job of [...this.#jobs.values()]) {
			const limitMs = job.told === 'Pending' ? pendingMs : readyMs;
			if (!job.isClaimed && nowMs - job.sinceMs > limitMs) this.#jobs.delete(job.id);
		}
	}

	#add(id: number, toolchain: string, rest: Pick<Job, 'announced' | 'told'>): Job {
		this.sweep();
		if (this.#jobs.size >= mostWaiting) {
			throw new AppError('SERVER_BUSY', 'too many jobs were announced and never run');
		}
		const job: Job = {
			id,
			toolchain,
			...rest,
			announcedAs: rest.told,
			isClaimed: false,
			sinceMs: this.#now(),
			ending: new AbortController(),
		};
		this.#jobs.set(id, job);
		return job;
	}
}

export function endedBy(reason: string): AppError {
	return new AppError('JOB_ABORTED', `the job was ended: ${reason}`);
}
