import type {Survey} from './survey.js';
import type {Status, Verdict} from './verdict.js';

/** One link of the chain. */
export interface Check {
	readonly id: string;
	/** What is looked at, in a word or two. */
	readonly title: string;
	/** Ids of what must not have failed before. */
	readonly needs: readonly string[];
	/** It talks to daemons or runs compilers: not for a tree elsewhere. */
	readonly isLive: boolean;
	readonly run: (survey: Survey) => Promise<readonly Verdict[]>;
}

export interface Group {
	readonly id: string;
	readonly title: string;
	/** Why nothing of it is to be looked at here. */
	readonly absent: (survey: Survey) => Promise<string | undefined>;
	readonly checks: readonly Check[];
}

export interface Finding {
	readonly group: string;
	readonly id: string;
	readonly title: string;
	readonly status: Status;
	readonly message: string;
	readonly mend?: string;
	/** What was done about it, before it was looked at again. */
	readonly repaired?: string;
}

type Judged = Verdict | readonly Verdict[];
type Run = (survey: Survey) => Judged | Promise<Judged>;

/** A check of files. */
export function ofFiles(id: string, title: string, needs: readonly string[], run: Run): Check {
	return {id, title, needs, isLive: false, run: listed(run)};
}

/** A check of what runs. */
export function live(id: string, title: string, needs: readonly string[], run: Run): Check {
	return {id, title, needs, isLive: true, run: listed(run)};
}

const listed = (run: Run) => async (survey: Survey) => [await run(survey)].flat();
