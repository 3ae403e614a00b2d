import type {ClientCheck} from '../auth/client-check.js';
import type {ServerCheck} from '../auth/server-check.js';
import type {Route} from '../http/route.js';
import type {Log} from '../lib/log.js';
import type {Metrics} from '../metrics/create-metrics.js';
import type {RefuseReader} from '../metrics/readers.js';
import {metricsRoute} from '../metrics/route.js';
import type {Assign} from './assign.js';
import {clientRoutes} from './client-routes.js';
import {createTally, declareState} from './metrics.js';
import {openRoutes} from './open-routes.js';
import {createResolve} from './resolve.js';
import {serverRoutes} from './server-routes.js';
import {SchedulerState} from './state.js';
import {Waiting} from './waiting.js';

export interface AppParts {
	readonly checkClient: ClientCheck;
	readonly checkServer: ServerCheck;
	readonly assign: Assign;
	readonly now: () => number;
	/** From 0 up to 1. */
	readonly random: () => number;
	readonly log: Log;
	readonly metrics: Metrics;
	/** Who may not read them. */
	readonly refuseReader: RefuseReader;
}

export interface App {
	readonly routes: readonly Route[];
	/** To be called several times a second: deadlines, quarantines and silence end without anybody saying so. */
	tick(): void;
	/** Nobody waits any more, now or later. */
	refuse(): void;
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
	});
	declareState(metrics, state, waiting);
	const allocation = {
		...{state, waiting, now, log, tally},
		assign: parts.assign,
		settledMs: now() + settleMs,
		isClosing: () => isClosing,
	};
	return {
		routes: [
			...openRoutes(state),
			metricsRoute(metrics, parts.refuseReader),
			...serverRoutes(state, {check: parts.checkServer, resolve: createResolve(now)}, {log, tally}),
			...clientRoutes(allocation, parts.checkClient),
		],
		tick: () => {
			state.sweep();
			waiting.proceed();
			waiting.expire(now());
		},
		refuse: () => {
			isClosing = true;
			waiting.expire(Number.POSITIVE_INFINITY);
		},
	};
}
