import {AppError} from '../lib/errors.js';
import type {Log} from '../lib/log.js';
import {logTargets} from './log-targets.js';

/** What went wrong without the build noticing. What is no AppError should not have happened, and is told with its place. */
export function tellError(log: Log, error: unknown): void {
	const said = log.of(logTargets.daemon);
	if (error instanceof AppError) {
		const {code, hint, fields} = error;
		said.warn(error.message, {code, ...fields, hint});
	} else {
		const stack = error instanceof Error ? error.stack : undefined;
		said.error('an error inside of the daemon', {error: String(error), stack});
	}
}
