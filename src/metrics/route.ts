import type {Answer, Route} from '../http/route.js';
import type {Metrics} from './create-metrics.js';
import type {RefuseReader} from './readers.js';

/** Where Prometheus looks. `prepare`: what has to be gathered first. */
export function metricsRoute(
	metrics: Metrics,
	refuse: RefuseReader,
	prepare: () => Promise<void> = async () => {},
): Route {
	return {
		method: 'GET',
		path: '/metrics',
		handle: async (request): Promise<Answer> => {
			const refusal = refuse(request);
			if (refusal !== undefined) return refusal;
			await prepare();
			return {
				status: 200,
				headers: {'content-type': metrics.contentType, 'cache-control': 'no-store'},
				body: Buffer.from(await metrics.text()),
			};
		},
	};
}
