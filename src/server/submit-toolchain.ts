import {valueAnswer} from '../http/content.js';
import {levelOf} from '../http/extension-level.js';
import type {Answer, Request} from '../http/route.js';
import {type SubmitToolchainResponse, submitToolchainResponse} from '../protocol/dist/messages.js';
import type {Admitted} from './authorize.js';
import {requireUp} from './draining.js';
import type {ServerParts} from './parts.js';

/** A client sends the toolchain of its job. Whoever sends one that is here, or on its way, is answered without being read. */
export async function submitToolchain(
	parts: ServerParts,
	request: Request,
	{jobId, toolchain}: Admitted,
): Promise<Answer> {
	const {jobs, toolchains, updates, log, tally} = parts;
	requireUp(parts);
	const job = jobs.find(jobId, toolchain);
	if (job === undefined) return toolchainJobNotFound(request);
	const {toolchain: id} = job;
	toolchains.requireWanted(id);
	const received = await toolchains.receive(id, request.body.stream(parts.toolchainLimitBytes));
	tally.toolchainReceived(received);
	if (received === 'ok') {
		log.info('a toolchain is received', {id, from: request.peerAddress});
		// Not before: the scheduler would tell others that they need not send it, and a client of v1 that comes too early is lost.
		if (job.told === 'Pending') updates.ready(job);
		return answer(request, 'Success');
	}
	log.warn('a toolchain can not be kept', {id, reason: received, from: request.peerAddress});
	if (levelOf(request) === 0) {
		// A client of v1 compiles at home then, and tells nobody.
		jobs.end(job);
		updates.complete(job, {});
	}
	return answer(request, 'CannotCache');
}

export function toolchainJobNotFound(request: Request): Answer {
	return answer(request, 'JobNotFound');
}

function answer(request: Request, kind: SubmitToolchainResponse['kind']): Answer {
	return valueAnswer(request, submitToolchainResponse, {kind});
}
