import {createHash} from 'node:crypto';
import {AppError} from '../lib/errors.js';
import type {JobResult, Job as SandboxJob} from '../sandbox/job.js';
import {type JobBody, referencesIn, referred} from './job-body.js';
import type {Job} from './jobs.js';
import type {ServerParts} from './parts.js';
import {sandboxJob} from './sandbox-job.js';
import type {Place} from './slots.js';

export interface Run {
	readonly job: Job;
	readonly body: JobBody;
	/** Left when the command has ended. */
	readonly place: Place;
	/** Until the job's deadline. */
	readonly leftMs: () => number;
}

/** Runs a job's command with its toolchain, when it is its turn. Throws INPUTS_MISSING, and why the job is ended. */
export async function runInSandbox(
	parts: ServerParts,
	{job, body, place, leftMs}: Run,
): Promise<JobResult> {
	const {toolchains, updates, sandbox} = parts;
	const {signal} = job.ending;
	const shared = sharedInputs(parts, body, job.toolchain);
	try {
		const held = await toolchains.acquire(job.toolchain, body.request.command.executable);
		try {
			await place.start(signal);
			updates.started(job);
			const wallMs = Math.max(1, leftMs());
			return await sandbox.run(
				sandboxJob(parts, body, shared, {toolchainFolder: held.folder, signal, wallMs}),
			);
		} catch (error) {
			throw signal.aborted ? signal.reason : error;
		} finally {
			held.release();
			place.leave();
		}
	} finally {
		if (shared !== undefined && 'release' in shared) shared.release();
	}
}

/** What came before. Throws INPUTS_MISSING. */
function sharedInputs(
	parts: ServerParts,
	{references}: JobBody,
	toolchain: string,
): SandboxJob['shared'] {
	if (references === undefined) return undefined;
	// The toolchain's links decide where a path leads.
	const key = createHash('sha256').update(`${toolchain} `).update(references).digest('base64');
	return parts.sandbox.hold(key) ?? {key, files: referredFiles(parts, references)};
}

function referredFiles({knownInputs, bodyLimits}: ServerParts, references: Buffer) {
	let leftBytes = bodyLimits.inflatedBytes;
	return referencesIn(references).map(reference => {
		const content = knownInputs.find(reference.digest);
		if (content === undefined) {
			throw new AppError('INPUTS_MISSING', 'an input that came before is not kept any more');
		}
		leftBytes -= content.length;
		if (leftBytes < 0) throw new AppError('REQUEST_TOO_LARGE', 'the inputs are too large together');
		return referred(reference, content);
	});
}
