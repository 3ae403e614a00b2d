import {availableParallelism, hostname} from 'node:os';
import type {ClientConfig} from '../config/client-config.js';
import {createLog, type LogOptions} from '../lib/log.js';
import {notifySystemd} from '../lib/notify-systemd.js';
import {usableCores, wholeCores} from '../lib/usable-cores.js';
import type {CacheStats} from '../protocol/control.js';
import {createControl} from './control.js';
import {createLive} from './live/live.js';
import {type Report, type ReportOptions, startReport} from './live/report.js';
import {logTargets} from './log-targets.js';
import type {ClientView} from './metrics.js';
import {createStats} from './stats.js';
import {Team} from './team.js';

export {askDistStatus, type DistStatus} from './dist/ask-status.js';
export {type ServerTrial, type ServerTrialOptions, tryServer} from './dist/try-server.js';

const idleCheckMs = 1000;
const maxWorkers = 8;
/** For an answer that is on its way. */
const closeMs = 1000;

/** One thread answers a few thousand hits a second, which keeps four building cores busy. */
function workersFor(cores: number): number {
	return Math.min(maxWorkers, Math.max(1, Math.floor(cores / 4)));
}

export interface DaemonOptions {
	readonly config: ClientConfig;
	readonly version: string;
	readonly log: LogOptions;
	/** NOTIFY_SOCKET, under systemd. */
	readonly notifySocket: string | undefined;
}

/** The client daemon, from its start to its end. Throws AppError ADDRESS_IN_USE. */
export async function runDaemon(options: DaemonOptions): Promise<void> {
	const {config, version, notifySocket} = options;
	const log = createLog(options.log).of(logTargets.daemon);
	for (const warning of warningsOf(config)) log.warn(warning);
	let stop = () => {};
	const stopped = new Promise<void>(resolve => {
		stop = resolve;
	});
	// Compiles are served as soon as the first thread listens, while others still start.
	process.once('SIGTERM', stop);
	process.once('SIGINT', stop);
	let team: Team | undefined;
	const stats = createStats(config, version, () => team as Team);
	const slots = config.localSlots ?? wholeCores(usableCores());
	const live = createLive({
		...{config, version, host: hostname(), slots, nowMs: Date.now},
		team: () => team as Team,
	});
	let begin = () => {};
	const started = new Promise<void>(resolve => {
		begin = resolve;
	});
	const control = createControl({version, stats, team: () => team as Team, stop, live, started});
	team = await Team.start(
		config,
		config.workers ?? workersFor(availableParallelism()),
		control,
		options.log,
	);
	begin();
	const metrics =
		config.metricsPort === undefined
			? undefined
			: await (await import('./serve-metrics.js')).serveMetrics({
					...{port: config.metricsPort, version, log},
					view: viewOf(team, stats),
				});
	const dashboard =
		config.dashboardPort === undefined
			? undefined
			: await (await import('./serve-dashboard.js')).serveDashboard({
					port: config.dashboardPort,
					live,
					log,
				});
	const report = reportOf(team, {slots, host: hostname()});
	const idle = watchIdle(team, config.idleTimeoutS * 1000, stop);
	log.info('the daemon listens', {
		socket: config.socketPath ?? `127.0.0.1:${config.port}`,
		cache: config.cacheDir,
		workers: team.size,
		pid: process.pid,
	});
	await notifySystemd(notifySocket, 'READY=1');
	await stopped;
	log.info('the daemon ends');
	clearInterval(idle);
	report?.close();
	await notifySystemd(notifySocket, 'STOPPING=1');
	await dashboard?.close(closeMs);
	await metrics?.close(closeMs);
	await team.quiesce();
	await team.close();
}

/** Undefined: there is no scheduler. */
function reportOf(team: Team, about: Pick<ReportOptions, 'host' | 'slots'>): Report | undefined {
	const {distribution, statistics, randomName, nowMs, onError} = team.parts;
	if (distribution === undefined) return undefined;
	return startReport({
		...{...about, nowMs, onError, instance: randomName()},
		send: report => distribution.schedulers.report(report),
		shares: () => team.live(),
		async history(span) {
			await team.flush();
			return statistics.history(span);
		},
	});
}

/** Flushed before it is looked at: the threads' counts are in it. */
function viewOf(team: Team, stats: () => Promise<CacheStats>): () => Promise<ClientView> {
	return async () => {
		const {running} = await team.flush();
		const {distribution} = team.parts;
		return {
			stats: await stats(),
			workers: team.size,
			running,
			isSchedulerUp: distribution && !distribution.schedulers.isAway,
		};
	};
}

function warningsOf(config: ClientConfig): readonly string[] {
	const later =
		config.notYet.length === 0
			? []
			: [`not in this version yet, and ignored: ${config.notYet.join(', ')}`];
	return [...config.warnings, ...later];
}

/** Ends the daemon after a time without compiles; 0: never. */
function watchIdle(team: Team, timeoutMs: number, stop: () => void): NodeJS.Timeout | undefined {
	if (timeoutMs === 0) {
		return undefined;
	}
	return setInterval(
		async () => {
			const {lastActiveMs} = await team.flush();
			if (Date.now() - lastActiveMs > timeoutMs) {
				stop();
			}
		},
		Math.min(idleCheckMs, timeoutMs),
	);
}
