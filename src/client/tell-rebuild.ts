import type {Log} from '../lib/log.js';
import type {Rebuild} from '../store/store.js';
import {logTargets} from './log-targets.js';

const everyMs = 10_000;

/** Tells when the cache's index is being rebuilt, from time to time how far it is, and its end. */
export function rebuildTeller(log: Log, nowMs: () => number): (rebuild: Rebuild) => void {
	const said = log.of(logTargets.cache);
	let toldMs = Number.NEGATIVE_INFINITY;
	return ({entries, share}) => {
		if (share < 1 && nowMs() - toldMs < everyMs) return;
		toldMs = share < 1 ? nowMs() : Number.NEGATIVE_INFINITY;
		if (share < 1) {
			const percent = Math.floor(share * 100);
			said.info("the cache's index is being rebuilt", {entries, percent});
		} else said.info("the cache's index is rebuilt", {entries});
	};
}
