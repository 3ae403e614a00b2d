import type {Flights} from '../results/flights.js';
import type {ResultStore} from '../results/result-store.js';
import type {JobResult} from '../sandbox/job.js';

/** What this server keeps of what it has done. */
export interface Results {
	readonly store: ResultStore;
	/** Jobs that run, by the keys of their results. */
	readonly flights: Flights<JobResult>;
}

export interface Obtained {
	readonly result: JobResult;
	/** 'shared': an identical job ran at that time. */
	readonly source: 'run' | 'stored' | 'shared';
	/** The next identical job will not run. */
	readonly isKept: boolean;
}

export interface Wanted {
	/** Undefined: its result is of no use to others. */
	readonly key: string | undefined;
	/** It is to run, whatever is kept. */
	readonly isFresh: boolean;
	/** An identical job's result, while this one takes no slot. Throws when this one is ended. */
	readonly wait: (flight: Promise<JobResult>) => Promise<JobResult | undefined>;
	readonly run: () => Promise<JobResult>;
}

/** The result of a job: kept, from an identical one that runs, or its own. */
export async function obtainResult(
	results: Results | undefined,
	{key, isFresh, wait, run}: Wanted,
): Promise<Obtained> {
	if (results === undefined || key === undefined) {
		return {result: await run(), source: 'run', isKept: false};
	}
	const {store, flights} = results;
	if (!isFresh) {
		const stored = await store.find(key);
		if (stored !== undefined) {
			return {result: {...stored, exit: {code: 0}}, source: 'stored', isKept: true};
		}
		const flight = flights.of(key);
		// If that one fails, this one runs, rather than wait for the next.
		const shared = flight && (await wait(flight));
		if (shared !== undefined) return {result: shared, source: 'shared', isKept: isGood(shared)};
	}
	const result = await flights.lead(key, run, {
		shared: requireOwnEnd,
		landed: async own => {
			if (isGood(own)) await store.keep(key, own);
		},
	});
	return {result, source: 'run', isKept: isGood(result)};
}

const isGood = ({exit, exceeded}: JobResult): boolean =>
	exceeded === undefined && 'code' in exit && exit.code === 0;

/** What did not come to its own end says nothing of other jobs. */
function requireOwnEnd(result: JobResult): JobResult {
	if (result.exceeded === undefined && 'code' in result.exit) return result;
	throw new Error('the job did not come to its own end');
}
