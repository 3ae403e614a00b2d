import {type HttpServer, listen} from '../http/listen.js';
import type {Log} from '../lib/log.js';
import {createMetrics} from '../metrics/create-metrics.js';
import {readersWith} from '../metrics/readers.js';
import {metricsRoute} from '../metrics/route.js';
import {type ClientView, declareClient} from './metrics.js';
import {tellError} from './tell-error.js';

export interface ServeMetricsOptions {
	/** On 127.0.0.1. */
	readonly port: number;
	readonly version: string;
	readonly log: Log;
	readonly view: () => Promise<ClientView>;
}

/** Answers Prometheus. Where that is not possible compiles go on, and the log says so: undefined. */
export async function serveMetrics(options: ServeMetricsOptions): Promise<HttpServer | undefined> {
	const {port, version, log} = options;
	const metrics = createMetrics({component: 'client', version});
	let view = await options.view();
	declareClient(metrics, () => view);
	const look = async () => {
		view = await options.view();
	};
	try {
		return await listen({
			host: '127.0.0.1',
			port,
			routes: [metricsRoute(metrics, readersWith(undefined), look)],
			onError: error => tellError(log, error),
			limits: {maxConnections: 64},
		});
	} catch (error) {
		tellError(log, error);
		return undefined;
	}
}
