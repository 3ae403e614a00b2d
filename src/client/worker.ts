import {randomBytes} from 'node:crypto';
import type {Server} from 'node:net';
import {createServer} from 'node:net';
import {hostname} from 'node:os';
import {scanSource} from '../compiler/includes.js';
import type {ClientConfig} from '../config/client-config.js';
import type {SharedSecrets} from '../config/shared-config.js';
import {createLog, type LogOptions} from '../lib/log.js';
import {scanRust} from '../rustc/scan.js';
import {tierCounter} from '../stats/counters.js';
import {openStatistics} from '../stats/open-stats.js';
import {openStore} from '../store/open.js';
import {openTiers} from '../tiers/open.js';
import {Absences} from './absences.js';
import {Compilers} from './compilers.js';
import {serveConnection} from './connection.js';
import type {DaemonControl} from './control.js';
import {createDistribution} from './dist/distribution.js';
import {localSlots} from './dist/forecast.js';
import {ExpectedTimes} from './expected-times.js';
import {Foresight} from './foresight.js';
import {InFlight} from './in-flight.js';
import {type LiveShare, WorkerLive} from './live/worker-live.js';
import {logTargets} from './log-targets.js';
import {RustCompilers} from './rust/rust-compilers.js';
import {SourceFiles} from './source-files.js';
import {tellError} from './tell-error.js';
import {rebuildTeller} from './tell-rebuild.js';
import type {Parts} from './unit.js';

const flushEveryMs = 1000;
/** For each worker; whoever stops the daemon waits for longer. */
const drainMs = 3000;
const maintainEveryMs = 60 * 60 * 1000;
/** Text of headers that goes to server after server. */
const contentBytes = 32 * 1024 * 1024;

/** What a worker is about. */
export interface Activity {
	/** When the last connection ended, or one is open: now. */
	readonly lastActiveMs: number;
	/** Compiles that are under way. */
	readonly running: number;
}

/** What a worker in another thread is told to do, and what it answers. */
export interface OrderAnswers {
	readonly flush: Activity;
	readonly quiesce: Activity;
	readonly close: Activity;
	readonly live: LiveShare;
}
export type Order = keyof OrderAnswers;

/** One thread's share of the daemon: it accepts compiles on the shared socket and answers them. */
export interface Worker {
	readonly server: Server;
	readonly parts: Parts;
	activity(): Activity;
	flush(): void;
	/** No new connections; resolves when no compile is under way any more. */
	quiesce(): Promise<void>;
	/** Resolves when every connection has ended. */
	emptied(): Promise<void>;
	/** What the shared caches are still to be given is sent first, for a while. */
	close(): Promise<void>;
}

export interface WorkerOptions {
	readonly config: ClientConfig;
	/** Apart from `config`, which crosses from thread to thread without its secrets. */
	readonly distToken: string | undefined;
	readonly sharedSecrets: SharedSecrets | undefined;
	/** See `inFlightTable`. */
	readonly inFlight: SharedArrayBuffer;
	/** How many workers there are. */
	readonly workers: number;
	readonly control: DaemonControl;
	readonly log: LogOptions;
	/** Only one of the workers tidies up. */
	readonly maintains: boolean;
}

export async function createWorker(options: WorkerOptions): Promise<Worker> {
	const {control, maintains} = options;
	const parts = await composeParts(options);
	const open = new Set<Promise<void>>();
	const compiles = new Set<Promise<void>>();
	const track = (set: Set<Promise<void>>, work: Promise<void>) => {
		const tracked = work.finally(() => set.delete(tracked));
		set.add(tracked);
	};
	let lastActiveMs = parts.nowMs();
	const server = createServer(socket => {
		const ended = serveConnection(socket, parts, control, compile => track(compiles, compile));
		track(
			open,
			ended.finally(() => {
				lastActiveMs = parts.nowMs();
			}),
		);
	});
	const flush = () => {
		parts.store.flush();
		parts.statistics.flush();
	};
	const timers = [setInterval(flush, flushEveryMs)];
	if (maintains) {
		timers.push(setInterval(() => maintain(parts), maintainEveryMs));
	}
	return {
		server,
		parts,
		activity: () => ({
			lastActiveMs: open.size > 0 ? parts.nowMs() : lastActiveMs,
			running: compiles.size,
		}),
		flush,
		async quiesce() {
			server.close();
			await Promise.all(compiles);
		},
		async emptied() {
			await Promise.all(open);
		},
		async close() {
			timers.map(timer => clearInterval(timer));
			await parts.shared?.drain(drainMs);
			flush();
			parts.distribution?.close();
			parts.shared?.close();
			parts.store.close();
			parts.statistics.close();
		},
	};
}

/** Everything a worker needs, put together in one place. */
async function composeParts(options: WorkerOptions): Promise<Parts> {
	const {config, distToken, sharedSecrets, inFlight, workers, maintains} = options;
	const log = createLog(options.log);
	const onError = (error: unknown) => tellError(log, error);
	const nowMs = () => Date.now();
	const nowNs = () => BigInt(Date.now()) * 1_000_000n;
	const statistics = openStatistics({dir: config.cacheDir, now: nowMs, onError});
	const {shared} = config;
	return {
		shared:
			shared === undefined || sharedSecrets === undefined
				? undefined
				: await openTiers({
						shared,
						secrets: sharedSecrets,
						nowMs: () => performance.now(),
						count: (tier, counter, value) => statistics.count(tierCounter(counter), tier, value),
						log: log.of(logTargets.tiers),
						onError,
					}),
		keepsTogether: shared?.writeErrorPolicy !== 'ignore',
		countsSharedErrors: shared?.writeErrorPolicy === 'all',
		expected: new ExpectedTimes(),
		store: openStore({
			dir: config.cacheDir,
			limitBytes: config.cacheSizeBytes,
			quotas: config.packageQuotas,
			mode: config.rwMode,
			now: nowMs,
			...(maintains ? {onRebuild: rebuildTeller(log, nowMs)} : {}),
		}),
		statistics,
		compilers: new Compilers(),
		sources: new SourceFiles(nowNs, contentBytes, scanSource),
		absences: new Absences(nowNs),
		foresight: new Foresight(),
		inFlight: new InFlight(inFlight),
		live: new WorkerLive(nowMs),
		rust: {
			compilers: new RustCompilers(),
			sources: new SourceFiles(nowNs, contentBytes, scanRust),
		},
		directMode: config.directMode,
		baseFolders: config.baseFolders,
		mapsBuildPaths: config.mapsBuildPaths,
		distribution:
			config.dist === undefined
				? undefined
				: createDistribution({
						config: config.dist,
						host: hostname(),
						token: distToken,
						slots: localSlots(config.localSlots, workers),
						nowMs,
						log,
						onError,
					}),
		nowMs,
		nowNs,
		randomName: () => randomBytes(12).toString('hex'),
		log,
		onError,
	};
}

function maintain(parts: Parts): void {
	try {
		parts.store.maintain();
		parts.statistics.fold(parts.nowMs());
	} catch (error) {
		parts.onError(error);
	}
}
