import type {Connections} from '../../http/client.js';
import {AppError} from '../../lib/errors.js';
import type {ClientReport, ClientReportReply} from '../../protocol/dist/client-report.js';
import type {JobRequirements} from '../../protocol/dist/extensions.js';
import {type LastAnswer, nextScheduler} from './next-scheduler.js';
import {type Allocation, SchedulerLink} from './scheduler-link.js';

export interface SchedulersOptions {
	/** At least one, each with a `/` at its end. */
	readonly urls: readonly string[];
	readonly token: string;
	readonly connections: Connections;
	readonly onError: (error: unknown) => void;
	/** One answers, after it was lost. */
	readonly onBack?: (url: string) => void;
}

/** The farm's schedulers. One that is away costs one failed request; the same compile asks the next, and nobody asks that one until it is back. */
export class Schedulers {
	readonly #links: readonly SchedulerLink[];

	constructor({urls, onBack, ...rest}: SchedulersOptions) {
		this.#links = urls.map(
			url =>
				new SchedulerLink({
					...{...rest, url, hasOthers: urls.length > 1},
					onBack: () => onBack?.(url),
				}),
		);
	}

	/** None of them answers. */
	get isAway(): boolean {
		return this.#links.every(({isAway}) => isAway);
	}

	/** See SchedulerLink.allocate; throws what the one that was asked last has thrown. */
	async allocate(
		archiveId: string,
		job: Omit<JobRequirements, 'arch'>,
		signal: AbortSignal,
	): Promise<Allocation> {
		const endMs = performance.now() + job.waitMs;
		const asked = new Set<SchedulerLink>();
		let last: LastAnswer = 'nothing asked';
		let failure: unknown = new Error('there is no scheduler');
		for (;;) {
			const leftMs = Math.max(0, Math.round(endMs - performance.now()));
			const link = this.#next(asked, last, leftMs);
			if (link === undefined) throw failure;
			asked.add(link);
			try {
				const waitMs = last === 'nothing asked' ? job.waitMs : leftMs;
				return await link.allocate(archiveId, {...job, waitMs}, signal);
			} catch (error) {
				if (!(error instanceof AppError) || signal.aborted) throw error;
				failure = error;
				last = link.isAway ? 'lost' : 'none';
			}
		}
	}

	/** Tells that a server was never reached, without waiting for what comes of it. */
	withdraw({jobId, scheduler}: Pick<Allocation, 'jobId' | 'scheduler'>): void {
		const there = this.#links.filter(({isAway}) => !isAway);
		// Whoever gave it is the one to tell; when that is gone, the others may know the job.
		(there.find(({url}) => url === scheduler) ?? there[0])?.withdraw(jobId);
	}

	/** See SchedulerLink.report: to the one that is asked for servers. */
	async report(report: ClientReport): Promise<ClientReportReply | 'refused' | 'away'> {
		return (await this.#links.find(({isAway}) => !isAway)?.report(report)) ?? 'away';
	}

	close(): void {
		for (const link of this.#links) link.close();
	}

	#next(asked: ReadonlySet<SchedulerLink>, last: LastAnswer, leftMs: number) {
		const candidates = this.#links.map(link => ({
			isAway: link.isAway,
			wasAsked: asked.has(link),
		}));
		const index = nextScheduler(candidates, last, leftMs);
		return index === undefined ? undefined : this.#links[index];
	}
}
