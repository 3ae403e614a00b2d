import {z} from 'zod';
import {isOver, signClaims, signedClaims} from './signed-claims.js';

/** What admits a client to one job on one server: a JWT that the scheduler signs with that server's key. */
export interface JobClaims {
	readonly jobId: number;
	/** Id of the toolchain that the job is for. Only for servers that know our extensions: upstream's refuse the claim. */
	readonly toolchain?: string;
	/** Seconds since the epoch; missing: no end. */
	readonly expiresS?: number;
}

const jobClaims = z.strictObject({
	exp: z.int().nonnegative(),
	job_id: z.int().nonnegative(),
	tc: z
		.string()
		.regex(/^[0-9a-f]{64}$/)
		.optional(),
});

export function signJobToken(
	{jobId, toolchain, expiresS = 0}: JobClaims,
	key: Uint8Array,
): Promise<string> {
	const tc = toolchain === undefined ? {} : {tc: toolchain};
	return signClaims({exp: expiresS, job_id: jobId, ...tc}, key);
}

export type JobVerdict =
	| {readonly ok: true; readonly jobId: number; readonly toolchain?: string}
	| {readonly ok: false; readonly reason: 'invalid' | 'expired' | 'wrong job'};

export interface JobAdmission {
	/** The job that the request is about. */
	readonly jobId: number;
	readonly nowMs: number;
}

/** Whether a token admits to this job. That the job exists, and has not ended, is for the server to know. */
export async function verifyJobToken(
	token: string,
	key: Uint8Array,
	{jobId, nowMs}: JobAdmission,
): Promise<JobVerdict> {
	const claims = jobClaims.safeParse(await signedClaims(token, key));
	if (!claims.success) return {ok: false, reason: 'invalid'};
	const {exp, job_id, tc} = claims.data;
	if (isOver(exp, nowMs)) return {ok: false, reason: 'expired'};
	if (job_id !== jobId) return {ok: false, reason: 'wrong job'};
	return {ok: true, jobId, ...(tc === undefined ? {} : {toolchain: tc})};
}
