import type {Job} from './job.js';
import type {SchedulerState} from './state.js';

/** What schedulers of one farm know of each other's jobs, so that together they give a server no more than it takes. */
export interface Ledger {
	/**
	 * Enters a job that was placed here. False: others have given away the server's last place meanwhile; the state knows of it then, and no
	 * more of the job.
	 */
	reserve(job: Job): boolean | Promise<boolean>;
	/** Takes out a job that is over, whoever gave it, without waiting for that. */
	release(job: Pick<Job, 'id' | 'server'>): void;
	/** Undefined: it is not shared. */
	readonly isAway: boolean | undefined;
	/** Jobs that were entered stay until their servers say that they are over. */
	close(): Promise<void>;
}

export type OpenLedger = (state: SchedulerState) => Ledger;

/** Of a scheduler that shares nothing: its own count is all that there is. */
export const ownLedger: Ledger = {
	reserve: () => true,
	release: () => {},
	isAway: undefined,
	close: async () => {},
};
