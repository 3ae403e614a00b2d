import {createDashboard} from '../dashboard/create-dashboard.js';
import {hostGate} from '../dashboard/host-gate.js';
import {listen} from '../http/listen.js';
import type {Log} from '../lib/log.js';
import type {Live} from './live/live.js';
import {tellError} from './tell-error.js';

export interface ServeDashboardOptions {
	/** On 127.0.0.1. */
	readonly port: number;
	readonly live: Live;
	readonly log: Log;
}

/** Shows browsers of this host what it compiles. Where that is not possible compiles go on, and the log says so: undefined. */
export async function serveDashboard({
	port,
	live,
	log,
}: ServeDashboardOptions): Promise<{close(deadlineMs: number): Promise<void>} | undefined> {
	const onError = (error: unknown) => tellError(log, error);
	const dashboard = createDashboard({source: live, gate: hostGate, now: Date.now, onError});
	try {
		const server = await listen({
			host: '127.0.0.1',
			port,
			routes: dashboard.routes,
			onError,
			limits: {maxConnections: 256},
		});
		return {
			close: deadlineMs => {
				dashboard.close();
				return server.close(deadlineMs);
			},
		};
	} catch (error) {
		onError(error);
		return undefined;
	}
}
