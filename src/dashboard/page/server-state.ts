import type {LiveServer} from '../../protocol/live.js';
import {age, duration} from './words.js';

/** A sign beside each word: nobody needs to tell colours apart. */
export const stateSigns: Readonly<Record<LiveServer['state'], string>> = {
	up: '✓ up',
	draining: '↓ draining',
	quarantined: '✕ quarantined',
	silent: '? silent',
};

/** Why it gets no jobs, and for how long; empty for one that does. */
export function whyNot({state, reason, quarantineMs, lastSeenMs}: LiveServer): string {
	switch (state) {
		case 'quarantined':
			return `${reason} (tried again in ${age(quarantineMs)})`;
		case 'silent':
			return `not heard of for ${duration(lastSeenMs)}`;
		case 'draining':
			return 'finishes what it has, then ends';
		case 'up':
			return '';
	}
}
