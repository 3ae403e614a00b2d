import type {ClientCheck} from '../auth/client-check.js';
import type {ServerCheck} from '../auth/server-check.js';
import {createDashboard} from '../dashboard/create-dashboard.js';
import type {Gate} from '../dashboard/gate.js';
import type {Route} from '../http/route.js';
import type {Log} from '../lib/log.js';
import type {Metrics} from '../metrics/create-metrics.js';
import type {RefuseReader} from '../metrics/readers.js';
import {metricsRoute} from '../metrics/route.js';
import type {Assign} from './assign.js';
import {clientRoutes} from './client-routes.js';
import type {OpenLedger} from './ledger.js';
import {liveView} from './live-view.js';
import {createTally, declareState} from './metrics.js';
import {openRoutes} from './open-routes.js';
import {ReportedClients} from './reported-clients.js';
import {createResolve} from './resolve.js';
import {serverRoutes} from './server-routes.js';
import {SchedulerState} from './state.js';
import {Waiting} from './waiting.js';

export interface AppParts {
	readonly checkClient: ClientCheck;
	readonly checkServer: ServerCheck;
	readonly assign: Assign;
	readonly openLedger: OpenLedger;
	readonly now: () => number;
	/** From 0 up to 1. */
	readonly random: () => number;
	readonly log: Log;
	readonly metrics: Metrics;
	/** Who may not read them. */
	readonly refuseReader: RefuseReader;
	readonly version: string;
	/** Who may look at the dashboard; undefined: there is none. */
	readonly dashboardGate: Gate | undefined;
}

export interface App {
	readonly routes: readonly Route[];
	/** To be called several times a second: deadlines, quarantines and silence end without anybody saying so. */
	tick(): void;
	/** Nobody waits or watches any more, now or later. */
	refuse(): void;
	close(): Promise<void>;
}

/** How long servers that were there before this scheduler may take to come back. */
const settleMs = 5000;

/** The scheduler without its socket. */
export function createApp(parts: AppParts): App {
	const {now, random, log, metrics} = parts;
	const tally = createTally(metrics);
	const waiting = new Waiting();
	let hasNews = false;
	let isClosing = false;
	/** Once for all that happens at one moment. */
	const onRoom = () => {
		if (hasNews) return;
		hasNews = true;
		setImmediate(() => {
			hasNews = false;
			waiting.proceed();
		});
	};
	const state = new SchedulerState({
		now,
		// A million jobs and more before an id of another start could come up.
		firstJobId: Math.floor(random() * 2 ** 32) * 2 ** 20,
		onRoom,
		onEnded: tally.jobEnded,
		onReleased: job => ledger.release(job),
	});
	const ledger = parts.openLedger(state);
	declareState(metrics, state, waiting);
	const clients = new ReportedClients(now);
	const startedMs = now();
	const dashboard =
		parts.dashboardGate &&
		createDashboard({
			source: {
				view: () =>
					liveView({
						...{version: parts.version, nowMs: now(), startedMs, clients: clients.live()},
						...{servers: state.servers(), isSilent: server => state.isSilent(server)},
						...{jobs: state.jobs(), jobCount: state.jobCount},
						...{waiters: waiting.all(), waiterCount: waiting.size},
					}),
				history: () => clients.history(),
			},
			gate: parts.dashboardGate,
			now,
			onError: error => log.warn('the dashboard cannot be told', {error: String(error)}),
		});
	const allocation = {
		...{state, waiting, ledger, now, log, tally},
		assign: parts.assign,
		settledMs: now() + settleMs,
		isClosing: () => isClosing,
	};
	return {
		routes: [
			...openRoutes(state),
			metricsRoute(metrics, parts.refuseReader),
			...serverRoutes(state, {check: parts.checkServer, resolve: createResolve(now)}, {log, tally}),
			...clientRoutes(allocation, parts.checkClient, clients),
			...(dashboard?.routes ?? []),
		],
		tick: () => {
			state.sweep();
			waiting.proceed();
			waiting.expire(now());
		},
		refuse: () => {
			isClosing = true;
			dashboard?.close();
			waiting.expire(Number.POSITIVE_INFINITY);
		},
		close: () => ledger.close(),
	};
}
