import {isOfThisHost} from '../http/of-this-host.js';
import type {Asking, Gate} from './gate.js';

/**
 * Programs of this host alone, by a name that is this host's everywhere: a page of somebody else's whose name is made to lead here
 * (DNS rebinding) sends its own.
 */
export const hostGate: Gate = {
	admit: async request =>
		isOfThisHost(request) && namesThisHost(request)
			? {kind: 'admitted'}
			: {kind: 'refused', status: 403, message: 'Only this host itself may look, at localhost.'},
};

function namesThisHost({headers}: Asking): boolean {
	return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i.test(headers.host ?? '');
}
