import {createHash} from 'node:crypto';
import {valueAnswer} from '../http/content.js';
import {levelOf} from '../http/extension-level.js';
import type {Answer, Request} from '../http/route.js';
import {AppError, type ErrorCode} from '../lib/errors.js';
import {type Encoding, extensionHeaders, type JobReport} from '../protocol/dist/extensions.js';
import {runJobResponse} from '../protocol/dist/messages.js';
import type {JobResult, Job as SandboxJob} from '../sandbox/job.js';
import type {Admitted} from './authorize.js';
import {requireUp} from './draining.js';
import {jobAnswer, successReport} from './job-answer.js';
import {type JobBody, readJobBody, referencesIn, referred} from './job-body.js';
import {failureReport, predictionOf} from './job-report.js';
import type {Job} from './jobs.js';
import type {ServerParts} from './parts.js';
import {type Patience, patienceOf} from './patience.js';
import {sandboxJob} from './sandbox-job.js';
import type {Place} from './slots.js';

/** A client has its job done. */
export async function runJob(
	parts: ServerParts,
	request: Request,
	{jobId, toolchain}: Admitted,
): Promise<Answer> {
	const {jobs, updates, toolchains, tally} = parts;
	requireUp(parts);
	const job = jobs.find(jobId, toolchain);
	if (job === undefined || job.isClaimed) return jobNotFound(request);
	job.isClaimed = true;
	const patience = patienceOf(job, request, parts);
	let report: JobReport | undefined;
	try {
		if (!toolchains.has(job.toolchain)) throw toolchainGone();
		const {result, answer, inputBytes} = await perform(parts, request, job, patience);
		report = successReport(result);
		tally.done(result, inputBytes);
		parts.log.debug('a job is done', {job: jobId, wallMs: Math.round(result.wallMs)});
		return answer;
	} catch (error) {
		if (isCode(error, 'TOOLCHAIN_MISSING')) {
			// A client of ours sends the toolchain and comes again; one of v1 compiles at home.
			if (!job.announced && levelOf(request) > 0) job.isClaimed = false;
			return jobNotFound(request, {[extensionHeaders.needToolchain]: '1'});
		}
		if (isCode(error, 'INPUTS_MISSING')) {
			job.isClaimed = false;
			return jobNotFound(request, {[extensionHeaders.needInputs]: '1'});
		}
		report = failureReport(error);
		tally.failed(error);
		throw patience.isClientGone() ? clientGone() : error;
	} finally {
		patience.end();
		if (job.isClaimed) {
			jobs.end(job);
			updates.complete(job, {...predictionOf(request), ...report});
		}
	}
}

/** The result, and what the client is told of it. */
async function perform(parts: ServerParts, request: Request, job: Job, patience: Patience) {
	const {slots, toolchains, bodyLimits} = parts;
	const {signal} = job.ending;
	const place = slots.enter();
	let shared: SandboxJob['shared'];
	try {
		const bytes = await patience.orEnd(request.body.read(bodyLimits.inflatedBytes));
		const body = await readJobBody(bytes, inputsEncoding(request), knownBytes(request), bodyLimits);
		shared = sharedInputs(parts, body, job.toolchain);
		const held = await toolchains.acquire(job.toolchain, body.request.command.executable);
		let result: JobResult;
		try {
			await begin(parts, job, place);
			const wallMs = Math.max(1, patience.leftMs());
			result = await parts.sandbox.run(
				sandboxJob(parts, body, shared, {toolchainFolder: held.folder, signal, wallMs}),
			);
		} catch (error) {
			throw signal.aborted ? signal.reason : error;
		} finally {
			held.release();
			place.leave();
		}
		return {result, answer: await jobAnswer(request, result), inputBytes: bytes.length};
	} finally {
		if (shared !== undefined && 'release' in shared) shared.release();
		place.leave();
	}
}

/** What came before; what came now is kept for later. Throws INPUTS_MISSING. */
function sharedInputs(
	parts: ServerParts,
	{inputs, references}: JobBody,
	toolchain: string,
): SandboxJob['shared'] {
	if (references === undefined) return undefined;
	// The toolchain's links decide where a path leads.
	const key = createHash('sha256').update(`${toolchain} `).update(references).digest('base64');
	const shared = parts.sandbox.hold(key) ?? {key, files: referredFiles(parts, references)};
	for (const {bytes} of inputs.files) parts.knownInputs.keep(bytes);
	return shared;
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

async function begin({updates}: ServerParts, job: Job, place: Place): Promise<void> {
	await place.start(job.ending.signal);
	updates.started(job);
}

export function jobNotFound(
	request: Request,
	headers: Readonly<Record<string, string>> = {},
): Answer {
	return valueAnswer(request, runJobResponse, {kind: 'JobNotFound'}, headers);
}

/** Throws REQUEST_MALFORMED. */
function inputsEncoding({headers}: Request): Encoding {
	const encoding = headers[extensionHeaders.inputsEncoding] ?? 'zlib';
	if (encoding === 'zlib' || encoding === 'identity') return encoding;
	throw new AppError('REQUEST_MALFORMED', 'inputs are not taken in this encoding');
}

/** Throws REQUEST_MALFORMED. */
function knownBytes({headers}: Request): number | undefined {
	const header = headers[extensionHeaders.inputsKnown];
	if (header === undefined) return undefined;
	if (typeof header === 'string' && /^\d{1,9}$/.test(header)) return Number(header);
	throw new AppError('REQUEST_MALFORMED', 'the size of the references is no number');
}

function toolchainGone(): AppError {
	return new AppError('TOOLCHAIN_MISSING', 'the toolchain is not here (any more)');
}

function isCode(error: unknown, code: ErrorCode): boolean {
	return error instanceof AppError && error.code === code;
}

function clientGone(): AppError {
	return new AppError('REQUEST_CANCELLED', 'the client of a job went away');
}
