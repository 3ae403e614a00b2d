import type {Log} from '../lib/log.js';
import type {JobReport} from '../protocol/dist/extensions.js';
import type {JobState} from '../protocol/dist/messages.js';
import type {Job} from './jobs.js';
import type {SchedulerLink} from './scheduler-link.js';

type Kind = JobState['kind'];

const order = ['Pending', 'Ready', 'Started', 'Complete'] as const;

/** v1 wants each step, one after the other; ours takes the last alone. */
export function stepsTo(from: Kind, to: Kind, extensions: number): readonly Kind[] {
	const steps = order.slice(order.indexOf(from) + 1, order.indexOf(to) + 1);
	return extensions > 0 ? steps.slice(-1) : steps;
}

/** A job that ends sooner is told of once. */
const soonMs = 2000;

/** Tells one scheduler how jobs go, in order for each job. That it can't be told is no matter for the job. */
export class JobUpdates {
	readonly #link: SchedulerLink;
	readonly #log: Log;
	readonly #isListening: () => boolean;
	readonly #last = new Map<Job, Promise<void>>();
	readonly #starts = new Map<Job, NodeJS.Timeout>();
	/** As far as this scheduler was told. */
	readonly #told = new WeakMap<Job, Kind>();

	/** `isListening`: false while there is no use in telling. */
	constructor(link: SchedulerLink, log: Log, isListening = () => true) {
		this.#link = link;
		this.#log = log;
		this.#isListening = isListening;
	}

	ready(job: Job): void {
		this.#tell(job, 'Ready');
	}

	/** May be said twice. */
	started(job: Job): void {
		if (job.told === 'Started' || this.#starts.has(job)) return;
		if (this.#link.extensions === 0) this.#tell(job, 'Started');
		else
			this.#starts.set(
				job,
				setTimeout(() => this.#tell(job, 'Started'), soonMs),
			);
	}

	complete(job: Job, report: JobReport): void {
		clearTimeout(this.#starts.get(job));
		this.#starts.delete(job);
		this.#tell(job, 'Complete', report);
	}

	/** When all that was to be told until now is told, or lost. */
	async settled(): Promise<void> {
		await Promise.all(this.#last.values());
	}

	#tell(job: Job, to: Kind, report?: JobReport): void {
		const steps = stepsTo(this.#told.get(job) ?? job.announcedAs, to, this.#link.extensions);
		this.#told.set(job, to);
		job.told = to;
		if (!this.#isListening()) return;
		const before = this.#last.get(job) ?? Promise.resolve();
		const done = before.then(() => this.#send(job.id, steps, report));
		this.#last.set(job, done);
		void done.finally(() => {
			if (this.#last.get(job) === done) this.#last.delete(job);
		});
	}

	async #send(jobId: number, steps: readonly Kind[], report: JobReport | undefined) {
		try {
			for (const step of steps) {
				await this.#link.jobState(jobId, step, step === 'Complete' ? report : undefined);
			}
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			this.#log.debug('the scheduler could not be told of a job', {
				...{scheduler: this.#link.url, job: jobId, reason},
			});
		}
	}
}
