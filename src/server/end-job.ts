import type {Answer, Request} from '../http/route.js';
import type {Admitted} from './authorize.js';
import {endedBy} from './jobs.js';
import type {ServerParts} from './parts.js';

/** A client does not want its job any more. */
export function endJob(
	{jobs, updates}: ServerParts,
	_request: Request,
	{jobId, toolchain}: Admitted,
): Answer {
	const job = jobs.find(jobId, toolchain);
	if (job === undefined) return {status: 404};
	if (job.isClaimed) {
		job.ending.abort(endedBy('its client asked for that'));
	} else {
		jobs.end(job);
		updates.complete(job, {reason: 'its client gave it up'});
	}
	return {status: 204};
}
