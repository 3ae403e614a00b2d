import type {Request} from '../http/route.js';
import {AppError, type ErrorCode} from '../lib/errors.js';
import {extensionHeaders, type JobReport, jobReport} from '../protocol/dist/extensions.js';

/** Whoever is at fault for these, this server is not. */
const notOurs: readonly ErrorCode[] = [
	'JOB_ABORTED',
	'JOB_KILLED',
	'REQUEST_CANCELLED',
	'REQUEST_MALFORMED',
	'REQUEST_TOO_LARGE',
	'SANDBOX_JOB_INVALID',
	'SERVER_BUSY',
	'TOOLCHAIN_INVALID',
	'TOOLCHAIN_REFUSED',
];

/** What the scheduler is told of a job that came to nothing. */
export function failureReport(error: unknown): JobReport {
	if (!(error instanceof AppError)) return {ok: false, reason: 'an error inside of the server'};
	const reason = error.message.slice(0, 300);
	const isOurs = !notOurs.includes(error.code) && !/execvp/.test(reason);
	return isOurs ? {ok: false, reason} : {reason};
}

/** What the client thinks the job should take; nothing of it is needed. */
export function predictionOf({headers}: Pick<Request, 'headers'>): JobReport {
	const text = headers[extensionHeaders.report];
	try {
		const {predictedMs} = jobReport.parse(JSON.parse(String(text)));
		return predictedMs === undefined ? {} : {predictedMs};
	} catch {
		return {};
	}
}
