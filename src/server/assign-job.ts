import {readValue, valueAnswer} from '../http/content.js';
import type {Answer, Request} from '../http/route.js';
import {AppError} from '../lib/errors.js';
import {assignJobResponse, toolchain} from '../protocol/dist/messages.js';
import {isArchiveId} from '../toolchain/archive-cache.js';
import type {Admitted} from './authorize.js';
import {requireUp} from './draining.js';
import type {ServerParts} from './parts.js';

const limitBytes = 4096;

/** A scheduler of v1 announces a job. What is thrown makes it choose another server. */
export async function assignJob(
	parts: ServerParts,
	request: Request,
	{jobId}: Admitted,
): Promise<Answer> {
	const {archiveId} = await readValue(request, toolchain, limitBytes);
	if (!isArchiveId(archiveId)) {
		throw new AppError('REQUEST_MALFORMED', 'this is no id of a toolchain');
	}
	requireUp(parts);
	parts.toolchains.requireWanted(archiveId);
	parts.slots.requireRoom();
	const needToolchain = !parts.toolchains.has(archiveId);
	const kind = needToolchain ? 'Pending' : 'Ready';
	parts.jobs.announce(jobId, archiveId, kind);
	return valueAnswer(request, assignJobResponse, {state: {kind}, needToolchain});
}
