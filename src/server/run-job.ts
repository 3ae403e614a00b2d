import {valueAnswer} from '../http/content.js';
import {levelOf} from '../http/extension-level.js';
import type {Answer, Request} from '../http/route.js';
import {AppError, type ErrorCode} from '../lib/errors.js';
import {type Encoding, extensionHeaders, type JobReport} from '../protocol/dist/extensions.js';
import {runJobResponse} from '../protocol/dist/messages.js';
import type {JobResult} from '../sandbox/job.js';
import type {Admitted} from './authorize.js';
import {requireUp} from './draining.js';
import {jobAnswer, successReport} from './job-answer.js';
import {readJobBody} from './job-body.js';
import {failureReport, predictionOf} from './job-report.js';
import type {Job} from './jobs.js';
import {obtainResult} from './obtain-result.js';
import type {ServerParts} from './parts.js';
import {type Patience, patienceOf} from './patience.js';
import {runInSandbox} from './run-in-sandbox.js';

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
		const {obtained, answer, inputBytes} = await perform(parts, request, job, patience);
		report = successReport(obtained);
		tally.done(obtained, inputBytes);
		const {result, source} = obtained;
		parts.log.debug('a job is done', {job: jobId, source, wallMs: Math.round(result.wallMs)});
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
	const {slots, jobKeys, results, bodyLimits} = parts;
	let place = slots.enter();
	try {
		const bytes = await patience.orEnd(request.body.read(bodyLimits.inflatedBytes));
		const body = await readJobBody(bytes, inputsEncoding(request), knownBytes(request), bodyLimits);
		const obtained = await obtainResult(results, {
			key: jobKeys.keyOf(job.toolchain, body),
			isFresh: request.headers[extensionHeaders.fresh] !== undefined,
			wait: async flight => {
				place.leave();
				const result = await sharedResult(parts, job, patience, flight);
				if (result === undefined) place = slots.enter();
				return result;
			},
			run: () => runInSandbox(parts, {job, body, place, leftMs: patience.leftMs}),
		});
		place.leave();
		return {obtained, answer: await jobAnswer(request, obtained), inputBytes: bytes.length};
	} finally {
		place.leave();
	}
}

/** Of an identical job; undefined when that one fails. Throws why this one is ended. */
async function sharedResult(
	{updates}: ServerParts,
	job: Job,
	patience: Patience,
	flight: Promise<JobResult>,
): Promise<JobResult | undefined> {
	updates.started(job);
	try {
		return await patience.orEnd(flight);
	} catch {
		job.ending.signal.throwIfAborted();
		return undefined;
	}
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
