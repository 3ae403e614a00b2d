import {verifyJobToken} from '../auth/job-token.js';
import {bearerToken, unauthorized} from '../http/bearer.js';
import type {Request} from '../http/route.js';

export type Admitted = {readonly jobId: number; readonly toolchain?: string};

export type Authorization =
	| {readonly kind: 'admitted'; readonly job: Admitted}
	/** The path names no job. */
	| {readonly kind: 'noId'}
	/** A token that is not, or no longer, good for it. */
	| {readonly kind: 'refused'; readonly reason: string};

export type Authorize = (request: Request) => Promise<Authorization>;

/** Whether a request shows the token of the job in its path. Throws UNAUTHORIZED when it shows none at all. */
export function createAuthorize(jwtKey: Uint8Array, now: () => number): Authorize {
	return async request => {
		if (!/^\d{1,16}$/.test(request.parameter)) return {kind: 'noId'};
		const jobId = Number(request.parameter);
		const verdict = await verifyJobToken(bearerToken(request), jwtKey, {jobId, nowMs: now()});
		if (!verdict.ok) return {kind: 'refused', reason: verdict.reason};
		const {toolchain} = verdict;
		return {kind: 'admitted', job: {jobId, ...(toolchain === undefined ? {} : {toolchain})}};
	};
}

export function badToken(): Error {
	return unauthorized('invalid_jwt', 'the token is not good for this job');
}
