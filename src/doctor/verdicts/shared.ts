import type {TierTrial} from '../../tiers/try-tier.js';
import {ok, type Verdict, warning} from '../verdict.js';
import {stopped} from '../words.js';

export interface SharedFacts {
	/** As the statistics say it. */
	readonly location: string;
	/** In words, what did not work. */
	readonly trial: TierTrial | string;
}

/** No build fails for it: compiles that could have come from it are done. */
export function judgeShared({location, trial}: SharedFacts): Verdict {
	if (typeof trial === 'string') {
		return warning(
			stopped(`${location}: ${trial}`),
			'look whether it runs, and at its table in client.conf',
		);
	}
	const {readMs, writeMs} = trial;
	const writes = writeMs === undefined ? 'is only read' : `is written to in ${shown(writeMs)}`;
	return ok(`${location} answers in ${shown(readMs)}, and ${writes}.`);
}

const shown = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
