import type {LiveClient} from '../../protocol/live.js';
import {together} from './recent-minutes.js';
import type {LiveShare} from './worker-live.js';

/** What a host does at this moment, with all of its daemon's workers. */
export function hostNow(
	shares: readonly LiveShare[],
): Pick<LiveClient, 'running' | 'waiting' | 'minutes'> {
	return {
		running: shares.reduce((sum, {underWay}) => sum + underWay.running, 0),
		waiting: shares.reduce((sum, {underWay}) => sum + underWay.waiting, 0),
		minutes: together(shares.map(({minutes}) => minutes)),
	};
}
