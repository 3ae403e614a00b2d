import {declareClient} from '../../src/client/metrics.js';
import {createMetrics, type Metrics} from '../../src/metrics/create-metrics.js';
import type {CacheStats} from '../../src/protocol/control.js';
import * as scheduler from '../../src/scheduler/metrics.js';
import {SchedulerState} from '../../src/scheduler/state.js';
import {Waiting} from '../../src/scheduler/waiting.js';
import * as server from '../../src/server/metrics.js';
import {toCounters} from '../../src/stats/counters.js';

/** Metrics of the three daemons as each declares them, with nothing behind them. */
export function declaredMetrics(): Readonly<Record<'client' | 'scheduler' | 'server', Metrics>> {
	const version = '0';
	const ofScheduler = createMetrics({component: 'scheduler', version});
	const waiting = new Waiting();
	const state = new SchedulerState({now: () => 0, firstJobId: 0, onRoom: () => {}});
	scheduler.createTally(ofScheduler);
	scheduler.declareState(ofScheduler, state, waiting);
	const ofServer = createMetrics({component: 'server', version});
	server.createTally(ofServer);
	server.declareServer(ofServer, {
		size: 1,
		slots: {running: 0, waiting: 0},
		toolchains: {status: () => ({toolchains: [], refused: {}})},
		results: undefined,
		isDraining: () => false,
		isHeard: () => true,
	});
	const ofClient = createMetrics({component: 'client', version});
	const view = {stats: noStats, workers: 1, running: 0, isSchedulerUp: undefined};
	declareClient(ofClient, () => view);
	return {client: ofClient, scheduler: ofScheduler, server: ofServer};
}

export const noStats: CacheStats = {
	counters: toCounters([]),
	levels: [],
	cacheLocation: '',
	cacheSizeBytes: 0,
	maxCacheSizeBytes: 1,
	entries: 0,
	directMode: true,
	version: '0',
};

/** All names of a farm. */
export function allNames(): ReadonlySet<string> {
	const families = Object.values(declaredMetrics()).flatMap(metrics => metrics.families());
	return new Set(families.map(({name}) => name));
}
