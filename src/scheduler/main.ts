import {randomBytes} from 'node:crypto';
import {createClientCheck} from '../auth/client-check.js';
import {createServerCheck} from '../auth/server-check.js';
import type {SchedulerConfig} from '../config/scheduler-config.js';
import {Connections} from '../http/client.js';
import {listen} from '../http/listen.js';
import type {Log} from '../lib/log.js';
import {notifySystemd} from '../lib/notify-systemd.js';
import {createMetrics} from '../metrics/create-metrics.js';
import {readersWith} from '../metrics/readers.js';
import {formatAddress, parseAddress} from '../protocol/dist/address.js';
import {createApp} from './app.js';
import {createAssign} from './assign.js';
import {type OpenLedger, ownLedger} from './ledger.js';
import {viewersOf} from './viewers.js';

const tickMs = 100;
/** For answers that are on their way. */
const closeMs = 5000;

export interface SchedulerOptions {
	readonly config: SchedulerConfig;
	readonly log: Log;
	readonly version: string;
	/** NOTIFY_SOCKET, under systemd. */
	readonly notifySocket: string | undefined;
	/** Called with `ip:port` once connections are taken. */
	readonly onListening: (address: string) => void;
}

/** The scheduler, from its start to its end. Throws AppError SECRET_KEY_INVALID, ADDRESS_IN_USE or ADDRESS_UNUSABLE. */
export async function runScheduler({
	config,
	log,
	version,
	notifySocket,
	onListening,
}: SchedulerOptions): Promise<void> {
	const stopped = stopSignal();
	for (const warning of config.warnings) log.warn(warning);
	const now = Date.now;
	const connections = new Connections();
	const checkClient = createClientCheck(config.clientAuth, {fetch, nowMs: now});
	const app = createApp({
		checkClient,
		checkServer: createServerCheck(config.serverAuth, now),
		assign: createAssign(connections),
		openLedger: await ledgerOf(config, log),
		random: Math.random,
		now,
		log,
		metrics: createMetrics({component: 'scheduler', version}),
		refuseReader: readersWith(config.metricsToken),
		version,
		dashboardGate: viewersOf(config, checkClient, now),
	});
	const {host, port} = endpointOf(config.bindAddress);
	const server = await listen({
		host,
		port,
		routes: app.routes,
		onError: (error, request) =>
			log.warn('a request failed', {path: request?.path, error: String(error)}),
	});
	const ticking = setInterval(app.tick, tickMs);
	const address = formatAddress(server.endpoint);
	const {enabled} = config.dashboard;
	log.info('the scheduler listens', {
		...{address, pid: process.pid},
		...(enabled ? {dashboard: `http://${address}/dashboard/`} : {}),
	});
	onListening(address);
	await notifySystemd(notifySocket, 'READY=1');
	await stopped;
	log.info('the scheduler ends');
	await notifySystemd(notifySocket, 'STOPPING=1');
	clearInterval(ticking);
	app.refuse();
	await server.close(closeMs);
	await app.close();
	connections.close();
}

/** Shared where there is a Redis for it. */
async function ledgerOf({redis}: SchedulerConfig, log: Log): Promise<OpenLedger> {
	if (redis === undefined) return () => ownLedger;
	const id = randomBytes(8).toString('hex');
	const {RedisLedger} = await import('./redis-ledger.js');
	return state => new RedisLedger({redis, id, state, log});
}

function stopSignal(): Promise<void> {
	return new Promise(resolve => {
		process.once('SIGTERM', () => resolve());
		process.once('SIGINT', () => resolve());
	});
}

function endpointOf(address: string) {
	const endpoint = parseAddress(address);
	if (endpoint === undefined) throw new Error(`${address} is no address`);
	return endpoint;
}
