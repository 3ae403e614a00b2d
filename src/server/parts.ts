import type {JobLimits} from '../config/server-config.js';
import type {Log} from '../lib/log.js';
import type {Sandbox} from '../sandbox/open.js';
import type {Authorize} from './authorize.js';
import type {BodyLimits} from './job-body.js';
import type {JobKeys} from './job-keys.js';
import type {Jobs} from './jobs.js';
import type {KnownInputs} from './known-inputs.js';
import type {Tally} from './metrics.js';
import type {Results} from './obtain-result.js';
import type {Schedulers} from './schedulers.js';
import type {Slots} from './slots.js';
import type {Toolchains} from './toolchains.js';

/** What the routes work with. */
export interface ServerParts {
	readonly authorize: Authorize;
	readonly jobs: Jobs;
	readonly slots: Slots;
	readonly toolchains: Toolchains;
	readonly knownInputs: KnownInputs;
	readonly jobKeys: JobKeys;
	/** Undefined: none are kept. */
	readonly results: Results | undefined;
	/** Told how jobs go. */
	readonly updates: Pick<Schedulers, 'ready' | 'started' | 'complete'>;
	readonly sandbox: Pick<Sandbox, 'run' | 'hold'>;
	readonly limits: JobLimits;
	readonly bodyLimits: BodyLimits;
	/** Of an uploaded toolchain. */
	readonly toolchainLimitBytes: number;
	readonly nice: number | undefined;
	readonly isDraining: () => boolean;
	readonly now: () => number;
	readonly log: Log;
	readonly tally: Tally;
}
