import {canonicalAddress} from '../config/address.js';
import {valueAnswer} from '../http/content.js';
import type {Route} from '../http/route.js';
import {AppError} from '../lib/errors.js';
import {schedulerStatus, serverCertificateResponse} from '../protocol/dist/messages.js';
import {schedulerRoutes} from '../protocol/dist/routes.js';
import type {SchedulerState} from './state.js';

/** What anyone may ask. */
export function openRoutes(state: SchedulerState): readonly Route[] {
	return [
		{
			method: 'GET',
			path: schedulerRoutes.status,
			handle: request => {
				state.sweep();
				return valueAnswer(request, schedulerStatus, state.totals());
			},
		},
		{
			method: 'GET',
			path: `${schedulerRoutes.serverCertificate}/*`,
			handle: request => {
				const address = canonicalAddress(request.parameter);
				if (address === undefined) return {status: 404};
				const server = state.server(address);
				if (server === undefined) {
					throw new AppError('SERVER_UNKNOWN', `${address} is not a server of this scheduler`);
				}
				const {certDigest, certPem} = server;
				return valueAnswer(request, serverCertificateResponse, {certDigest, certPem});
			},
		},
	];
}
