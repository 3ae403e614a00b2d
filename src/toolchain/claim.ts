import {readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {systemCode} from '../lib/errors.js';
import {isRunning, processName} from './process-name.js';

/** No packing takes so long: a thread that died left this claim. */
const staleMs = 10 * 60_000;

/**
 * Claims a piece of work among all threads and processes that share a folder. Undefined: somebody else has it; else ends the claim.
 * Two that take over a dead one's claim in the same instant may both get it, so the work must be harmless to do twice.
 */
export function claim(path: string, nowMs: number): (() => void) | undefined {
	if (make(path)) return () => rmSync(path, {force: true});
	if (!isAbandoned(path, nowMs)) return undefined;
	rmSync(path, {force: true});
	return make(path) ? () => rmSync(path, {force: true}) : undefined;
}

function make(path: string): boolean {
	try {
		writeFileSync(path, processName(), {flag: 'wx', mode: 0o600});
		return true;
	} catch (error) {
		if (systemCode(error) !== 'EEXIST') throw error;
		return false;
	}
}

function isAbandoned(path: string, nowMs: number): boolean {
	try {
		const old = nowMs - statSync(path).mtimeMs > staleMs;
		const maker = readFileSync(path, 'latin1');
		// Made, and its maker's name not yet written.
		return old || (maker !== '' && isRunning(maker) !== true);
	} catch (error) {
		if (systemCode(error) !== 'ENOENT') throw error;
		return true;
	}
}
