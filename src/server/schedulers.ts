import type {JobReport} from '../protocol/dist/extensions.js';
import {Heartbeat, type HeartbeatOptions} from './heartbeat.js';
import {JobUpdates} from './job-updates.js';
import type {Job} from './jobs.js';
import type {Said} from './next-beat.js';
import type {SchedulerLink} from './scheduler-link.js';

interface Told {
	readonly heartbeat: Heartbeat;
	readonly updates: JobUpdates;
}

/** What one scheduler is told of this server. */
export type Says = Pick<HeartbeatOptions, 'beat' | 'status'>;

export interface SchedulersOptions extends Omit<HeartbeatOptions, 'link' | keyof Says> {
	/** Of its own for each scheduler: what they have heard differs. */
	readonly says: () => Says;
}

/** All schedulers of the farm. Each hears all that a single one would: any of them may give this server its jobs. */
export class Schedulers {
	readonly #all: readonly Told[];

	constructor(links: readonly SchedulerLink[], {says, ...options}: SchedulersOptions) {
		this.#all = links.map(link => {
			const heartbeat = new Heartbeat({...options, ...says(), link});
			// Of several, one that is away is not told of each job: when it is back, a status says what there is.
			const isListening = links.length === 1 ? undefined : () => heartbeat.isHeard;
			return {heartbeat, updates: new JobUpdates(link, options.log, isListening)};
		});
	}

	/** The last answer of one of them knew this server. */
	get isHeard(): boolean {
		return this.#all.some(({heartbeat}) => heartbeat.isHeard);
	}

	start(): void {
		for (const {heartbeat} of this.#all) heartbeat.start();
	}

	/** See Heartbeat.changed. */
	changed(say?: Said): void {
		for (const {heartbeat} of this.#all) heartbeat.changed(say);
	}

	ready(job: Job): void {
		for (const {updates} of this.#all) updates.ready(job);
	}

	started(job: Job): void {
		for (const {updates} of this.#all) updates.started(job);
	}

	complete(job: Job, report: JobReport): void {
		for (const {updates} of this.#all) updates.complete(job, report);
	}

	/** When all that was to be told of jobs until now is told, or lost. */
	async settled(): Promise<void> {
		await Promise.all(this.#all.map(({updates}) => updates.settled()));
	}

	/** Says nothing more, but that the server is gone. */
	async end(): Promise<void> {
		await Promise.all(this.#all.map(({heartbeat}) => heartbeat.end()));
	}
}
