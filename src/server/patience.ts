import type {Request} from '../http/route.js';
import type {AppError} from '../lib/errors.js';
import {extensionHeaders} from '../protocol/dist/extensions.js';
import {endedBy, type Job} from './jobs.js';
import type {ServerParts} from './parts.js';

/** How long a job is worth going on with. */
export interface Patience {
	/** Until its deadline, which its limits and its client set. */
	leftMs(): number;
	isClientGone(): boolean;
	/** The promise, or why the job is ended before it comes true. */
	orEnd<Value>(promise: Promise<Value>): Promise<Value>;
	/** Nothing ends the job any more. */
	end(): void;
}

/** Ends the job, from now on, when its client goes away and at its deadline. */
export function patienceOf(
	job: Job,
	request: Request,
	{limits, now}: Pick<ServerParts, 'limits' | 'now'>,
): Patience {
	const {ending} = job;
	const allowedMs = Math.min(limits.wallMs, clientMs(request));
	const endMs = now() + allowedMs;
	const onGone = () => ending.abort(endedBy('its client went away'));
	const timer = setTimeout(() => ending.abort(endedBy('its time is over')), allowedMs);
	request.signal.addEventListener('abort', onGone, {once: true});
	if (request.signal.aborted) onGone();
	return {
		leftMs: () => endMs - now(),
		isClientGone: () => request.signal.aborted,
		orEnd: promise => raced(promise, ending.signal),
		end: () => {
			clearTimeout(timer);
			request.signal.removeEventListener('abort', onGone);
		},
	};
}

function clientMs({headers}: Request): number {
	const text = headers[extensionHeaders.deadlineMs];
	return typeof text === 'string' && /^\d{1,9}$/.test(text)
		? Number(text)
		: Number.POSITIVE_INFINITY;
}

function raced<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
	return new Promise((resolve, reject) => {
		const onAbort = () => reject(signal.reason as AppError);
		if (signal.aborted) onAbort();
		signal.addEventListener('abort', onAbort, {once: true});
		promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
	});
}
