import {loadavg, machine} from 'node:os';
import type {ServerConfig} from '../config/server-config.js';
import type {Connections} from '../http/client.js';
import type {Route} from '../http/route.js';
import type {Log} from '../lib/log.js';
import type {Secret} from '../lib/secret.js';
import type {Metrics} from '../metrics/create-metrics.js';
import type {RefuseReader} from '../metrics/readers.js';
import {metricsRoute} from '../metrics/route.js';
import type {ServerStatus} from '../protocol/dist/extensions.js';
import {packHints} from '../protocol/dist/job-digest.js';
import type {Sandbox} from '../sandbox/open.js';
import type {UnpackedStore} from '../toolchain/unpacked-store.js';
import {createRoutes} from './app.js';
import {createAuthorize} from './authorize.js';
import {drained} from './draining.js';
import {readMemory} from './host.js';
import {heartbeatOf, type Identity} from './identity.js';
import {usualBodyLimits} from './job-body.js';
import {JobKeys} from './job-keys.js';
import {Jobs} from './jobs.js';
import {KnownInputs} from './known-inputs.js';
import {createTally, declareServer} from './metrics.js';
import type {Results} from './obtain-result.js';
import {SchedulerLink} from './scheduler-link.js';
import {type Says, Schedulers} from './schedulers.js';
import {Slots} from './slots.js';
import {Toolchains} from './toolchains.js';

export interface BuildServerOptions {
	readonly config: Pick<
		ServerConfig,
		'limits' | 'nice' | 'memoryPerJobBytes' | 'toolchainCacheSizeBytes'
	>;
	readonly slots: number;
	readonly sandbox: Pick<Sandbox, 'run' | 'hold'>;
	readonly store: UnpackedStore;
	/** Undefined: none are kept. */
	readonly results: Results | undefined;
	readonly identity: Identity;
	readonly connections: Connections;
	/** At least one, each with a `/` at its end. */
	readonly schedulerUrls: readonly string[];
	/** What stands behind `Bearer `. */
	readonly schedulerToken: Secret;
	readonly log: Log;
	readonly metrics: Metrics;
	/** Who may not read them. */
	readonly refuseReader: RefuseReader;
}

export interface BuildServer {
	readonly routes: readonly Route[];
	/** Lets the schedulers know, and goes on doing so. */
	start(): void;
	/** There is a new certificate. */
	renewed(): void;
	/** Takes no more jobs, and waits until none runs; at the deadline, or at once when `hurry` comes, those that run are ended. */
	drain(deadlineMs: number, hurry: Promise<void>): Promise<void>;
	/** The last word to the schedulers. */
	end(): Promise<void>;
}

/** Headers of a few projects; on a small machine less, since the compilers need it more. */
export const knownInputsBytes = (memoryBytes: number): number =>
	Math.min(256 * 1024 ** 2, Math.floor(memoryBytes / 32));

/** Of results, told to the scheduler: 20 KB. */
const mostHints = 2000;

/** What is asked several times a job is looked at now and then. */
const freshMs = 100;

function fresh(look: () => number, now: () => number): () => number {
	let seen = {value: 0, atMs: Number.NEGATIVE_INFINITY};
	return () => {
		if (now() - seen.atMs >= freshMs) seen = {value: look(), atMs: now()};
		return seen.value;
	};
}

/** The build server without its socket. */
export function createBuildServer(options: BuildServerOptions): BuildServer {
	const {config, sandbox, store, results, identity, log, metrics} = options;
	const now = Date.now;
	const jobs = new Jobs(now);
	const {memoryPerJobBytes} = config;
	const freeBytes = fresh(() => readMemory().freeBytes, now);
	const slots = new Slots({slots: options.slots, memoryPerJobBytes, freeBytes, now});
	let isDraining = false;
	const toolchains = new Toolchains({store, sandbox, log, onChange: () => schedulers.changed()});
	const status = (): ServerStatus => {
		const {totalBytes, freeBytes: free} = readMemory();
		return {
			arch: machine(),
			slots: options.slots,
			running: slots.running,
			jobs: [...jobs.ids()],
			memoryTotalBytes: totalBytes,
			memoryFreeBytes: free,
			load: loadavg()[0] ?? 0,
			...toolchains.status(),
			state: isDraining ? 'draining' : 'up',
		};
	};
	/** For one scheduler. */
	const says = (): Says => {
		let tellsResults = false;
		return {
			beat: () => {
				tellsResults = true;
				return heartbeatOf(identity, options.slots);
			},
			// With the first status after each heartbeat: of all later ones the scheduler knows what became of them.
			status: () => {
				if (!tellsResults || results === undefined) return status();
				tellsResults = false;
				return {...status(), results: packHints(results.store.hints(mostHints))};
			},
		};
	};
	const {connections, schedulerToken: token} = options;
	const schedulers = new Schedulers(
		options.schedulerUrls.map(url => new SchedulerLink({connections, url, token})),
		{says, now, log},
	);
	const knownInputs = new KnownInputs(knownInputsBytes(readMemory().totalBytes));
	declareServer(metrics, {
		...{size: options.slots, slots, toolchains, results},
		isDraining: () => isDraining,
		isHeard: () => schedulers.isHeard,
	});
	const parts = {
		...{jobs, slots, toolchains, knownInputs, results, sandbox, now, log},
		updates: schedulers,
		jobKeys: new JobKeys(knownInputs),
		tally: createTally(metrics),
		authorize: createAuthorize(identity.jwtKey, now),
		limits: config.limits,
		nice: config.nice,
		bodyLimits: usualBodyLimits,
		toolchainLimitBytes: config.toolchainCacheSizeBytes,
		isDraining: () => isDraining,
	};
	return {
		routes: [...createRoutes(parts), metricsRoute(metrics, options.refuseReader)],
		start: () => schedulers.start(),
		renewed: () => schedulers.changed('heartbeat'),
		drain: async (deadlineMs, hurry) => {
			isDraining = true;
			schedulers.changed();
			await drained(jobs, deadlineMs, hurry);
			await schedulers.settled();
			await results?.store.settled();
		},
		end: () => schedulers.end(),
	};
}
