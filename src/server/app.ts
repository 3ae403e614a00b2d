import {levelOf} from '../http/extension-level.js';
import type {Answer, Request, Route} from '../http/route.js';
import {serverRoutes} from '../protocol/dist/routes.js';
import {assignJob} from './assign-job.js';
import {type Admitted, badToken} from './authorize.js';
import {endJob} from './end-job.js';
import type {ServerParts} from './parts.js';
import {jobNotFound, runJob} from './run-job.js';
import {submitToolchain, toolchainJobNotFound} from './submit-toolchain.js';

type Act = (parts: ServerParts, request: Request, admitted: Admitted) => Promise<Answer> | Answer;

/** What this server answers. All of it with the token of the job that is named in the path. */
export function createRoutes(parts: ServerParts): readonly Route[] {
	const guarded = (act: Act, notFound?: (request: Request) => Answer) => async (r: Request) => {
		const authorization = await parts.authorize(r);
		if (authorization.kind === 'admitted') return act(parts, r, authorization.job);
		if (authorization.kind === 'noId') return {status: 404};
		parts.log.warn('a token is refused', {
			from: r.peerAddress,
			path: r.path,
			reason: authorization.reason,
		});
		// Mozilla's clients fail the build at 401, and after a restart of this server all tokens of before are such.
		if (notFound !== undefined && levelOf(r) === 0) return notFound(r);
		throw badToken();
	};
	const {assignJob: assign, submitToolchain: submit, runJob: run, job} = serverRoutes;
	return [
		{method: 'POST', path: `${assign}/*`, handle: guarded(assignJob)},
		{
			method: 'POST',
			path: `${submit}/*`,
			handle: guarded(submitToolchain, toolchainJobNotFound),
		},
		{method: 'POST', path: `${run}/*`, handle: guarded(runJob, jobNotFound)},
		{method: 'DELETE', path: `${job}/*`, handle: guarded(endJob)},
	];
}
