import type {ListenOptions} from '../http/listen.js';
import {AppError, type ErrorCode} from '../lib/errors.js';
import type {Log} from '../lib/log.js';

/** What is no trouble of this server's. */
const usual: readonly ErrorCode[] = [
	'JOB_ABORTED',
	'JOB_KILLED',
	'SERVER_BUSY',
	'SERVER_DRAINING',
	'TOOLCHAIN_REFUSED',
];

/** Tells the log what clients saw as 500. */
export function tellRequestError(log: Log): ListenOptions['onError'] {
	return (error, request) => {
		const fields = {path: request?.path, error: String(error)};
		if (error instanceof AppError && usual.includes(error.code)) {
			log.info('a job came to nothing', fields);
		} else if (request === undefined) log.debug('a connection failed', fields);
		else log.warn('a request failed', fields);
	};
}
