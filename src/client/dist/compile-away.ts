import {setTimeout as sleep} from 'node:timers/promises';
import {AppError} from '../../lib/errors.js';
import {jobDigest, resultHint} from '../../protocol/dist/job-digest.js';
import type {Entry} from '../../store/store.js';
import type {CompileOutcome} from '../compile-outcome.js';
import {readable} from '../readable.js';
import type {Release, Slots} from '../slots.js';
import {aboutJob} from './about-job.js';
import type {Distribution} from './distribution.js';
import type {Sized} from './forecast.js';
import {inputsBytes} from './inputs.js';
import {runWithToolchain} from './run-with-toolchain.js';
import type {Allocation} from './scheduler-link.js';
import {type JobResult, ServerLink} from './server-link.js';
import {logOf, tellAllocation, tellFailure, tellForecast, tellResult} from './tell-decision.js';
import type {Job, Ready, Traveller} from './traveller.js';

/** A server may take it later than that; then there has long been room here. */
const longestWaitMs = 120_000;

export type Away =
	/** A server compiled it, and the shim has been told to end. */
	| {
			readonly kind: 'compiled';
			readonly entry: Entry;
			readonly compileMs: number;
			readonly server: string;
	  }
	/** It is to be compiled here. `release` what was kept free for it. */
	| {
			readonly kind: 'here';
			readonly reason: string;
			/** Undefined: it has not to do with a server. */
			readonly failedServer: string | undefined;
			readonly release: Release;
			/** Tells how it went here: for the next forecast, and for what is to be thought of a server. */
			readonly compiledHere: (outcome: CompileOutcome) => void;
	  };

/** Has a compile done on a build server, if that is possible and better than here. Whatever goes wrong on the way: 'here'. */
export function compileAway(traveller: Traveller, distribution: Distribution): Promise<Away> {
	return traveller.shim.reassured(() => decide(traveller, distribution));
}

async function decide(traveller: Traveller, distribution: Distribution): Promise<Away> {
	const {shim, trail} = traveller;
	let sized: Sized | undefined;
	let suspect: Allocation | undefined;
	const here = (reason: string, release: Release, failedServer?: string): Away => ({
		kind: 'here',
		reason,
		failedServer,
		release,
		compiledHere: outcome => {
			distribution.forecast.compiledHere(traveller.kind, sized, outcome.compileMs);
			if (suspect !== undefined && outcome.kind === 'compiled') {
				distribution.servers.failed(suspect);
			}
		},
	});
	const ready = traveller.prepare(distribution);
	const isSlowHere =
		ready.reason === undefined && distribution.forecast.isFarSooner(traveller.kind);
	const usualMs = distribution.forecast.usualMs(traveller.kind);
	const free = isSlowHere ? undefined : distribution.slots.tryTake(usualMs);
	if (free !== undefined) return here(ready.reason ?? 'there was room here', free);
	if (ready.reason !== undefined) {
		return here(ready.reason, await room(traveller, distribution, usualMs));
	}
	const job = await traveller.describe(distribution, ready);
	if (typeof job === 'string') return here(job, await room(traveller, distribution, usualMs));
	sized = job.sized;
	const {path, package: packageVersion} = traveller.unit;
	const last = traveller.parts.statistics.lastTime(readable(path), readable(packageVersion));
	const predictedMs = distribution.forecast.predictedMs(sized, last);
	const where = distribution.forecast.where(predictedMs);
	tellForecast(traveller, {where, predictedMs, job, slots: distribution.slots, isSlowHere});
	if (where === 'local') {
		return here('as soon done here', await room(traveller, distribution, predictedMs));
	}
	const place = await firstRoom(traveller, distribution, ready, job, predictedMs);
	if ('release' in place) return here(place.reason, place.release);
	const {allocation} = place;
	const {server} = allocation;
	tellAllocation(traveller, allocation);
	traveller.parts.live.underWay.sent(shim, server);
	const startedMs = performance.now();
	const attempted = (code: string, message: string) =>
		trail.attempts.push({server, code, message, elapsedMs: performance.now() - startedMs});
	try {
		const done = await runThere(traveller, distribution, ready, job, allocation, predictedMs);
		attempted('', '');
		return done;
	} catch (error) {
		attempted(reasonOf(error), messageOf(error));
		if (!isOfTheCompile(error)) distribution.schedulers.withdraw(allocation);
		if (shim.gone.aborted) throw error;
		if (!isOfTheCompile(error)) distribution.servers.failed(allocation);
		else if (error.code !== 'REMOTE_DIAGNOSTICS') suspect = allocation;
		if (isOfTheCompile(error)) tellFailure(traveller, server, error);
		else traveller.parts.onError(error);
		return here(reasonOf(error), await room(traveller, distribution, predictedMs), server);
	}
}

function room(
	{shim, trail, parts}: Traveller,
	{slots}: Distribution,
	expectedMs: number,
): Promise<Release> {
	parts.live.underWay.waits(shim);
	// With no slots for this, what has to be compiled here still is.
	return slots.size === 0
		? Promise.resolve(() => {})
		: trail.waiting(slots.take(shim.gone, expectedMs));
}

type Place =
	| {readonly allocation: Allocation}
	| {readonly release: Release; readonly reason: string};

/** A server or a core here, whichever is free first. */
async function firstRoom(
	traveller: Traveller,
	distribution: Distribution,
	{archiveId}: Ready,
	{request, inputs}: Job,
	predictedMs: number,
): Promise<Place> {
	const {schedulers, servers, slots} = distribution;
	const startedMs = performance.now();
	traveller.parts.live.underWay.waits(traveller.shim);
	const decided = new AbortController();
	const signal = AbortSignal.any([decided.signal, traveller.shim.gone]);
	const wanted = {
		...servers.forScheduler(),
		predictedMs: Math.round(predictedMs),
		inputsBytes: inputsBytes(inputs),
		waitMs: longestWaitMs,
		...(traveller.isFresh
			? {}
			: {resultHint: resultHint(jobDigest({toolchain: archiveId, request, ...inputs}))}),
		about: aboutJob(distribution.host, traveller),
	};
	const there = schedulers.allocate(archiveId, wanted, signal).then(
		allocation => ({allocation}),
		(error: unknown) => ({error}),
	);
	// Without slots here there is nothing to wait for here.
	const headStartMs = distribution.forecast.headStartMs(traveller.kind, predictedMs);
	const here = slots.size === 0 ? undefined : takeAfter(slots, {headStartMs, predictedMs}, signal);
	const first = await Promise.race([there, ...(here === undefined ? [] : [here])]);
	decided.abort();
	if (typeof first === 'function') {
		traveller.trail.waitedMs += performance.now() - startedMs;
		return {release: first, reason: 'there was room here first'};
	}
	here?.then(
		release => release(),
		() => {},
	);
	if (!('error' in first)) return first;
	if (traveller.shim.gone.aborted) throw first.error;
	traveller.trail.attempts.push({
		server: '',
		code: reasonOf(first.error),
		message: messageOf(first.error),
		elapsedMs: performance.now() - startedMs,
	});
	return {release: await room(traveller, distribution, predictedMs), reason: reasonOf(first.error)};
}

async function takeAfter(
	slots: Slots,
	{headStartMs, predictedMs}: {headStartMs: number; predictedMs: number},
	signal: AbortSignal,
): Promise<Release> {
	if (headStartMs > 0) await sleep(headStartMs, undefined, {signal}).catch(() => {});
	return slots.take(signal, predictedMs);
}

/** Throws whatever went wrong; then nothing has been written. */
async function runThere(
	traveller: Traveller,
	distribution: Distribution,
	ready: Ready,
	job: Job,
	allocation: Allocation,
	predictedMs: number,
): Promise<Away> {
	const atMs = traveller.parts.nowMs();
	const startedMs = performance.now();
	const {forecast, servers} = distribution;
	const result = await exchange(traveller, distribution, ready, job, allocation, predictedMs);
	const wholeMs = performance.now() - startedMs;
	const compileMs = result.report.actualMs ?? wholeMs;
	tellResult(traveller, {allocation, result, wholeMs});
	// What did not run says nothing of how long the way to a compile is.
	if (result.report.cached !== true) {
		servers.succeeded(allocation.server, Math.max(0, wholeMs - compileMs));
		forecast.compiledThere(traveller.kind, job.sized, {predictedMs, actualMs: compileMs, wholeMs});
	}
	const entry = job.finish(result, allocation, {atMs, compileMs});
	return {kind: 'compiled', entry, compileMs, server: allocation.server};
}

/** The job itself, with its toolchain sent before if the server has not got it. */
async function exchange(
	traveller: Traveller,
	distribution: Distribution,
	{archiveId}: Ready,
	{request, inputs}: Job,
	allocation: Allocation,
	predictedMs: number,
): Promise<JobResult> {
	const {shim, parts} = traveller;
	const {gone} = shim;
	const onSent = () => parts.live.underWay.runs(shim, allocation.server);
	const link = new ServerLink(distribution, allocation);
	const deadlineMs = distribution.forecast.deadlineMs(predictedMs);
	const submit = () =>
		distribution.uploads.once(allocation.server, archiveId, async () => {
			const archive = await distribution.packer()?.acquire(archiveId);
			if (archive === undefined) {
				throw new AppError('TOOLCHAIN_MISSING', `the packed toolchain ${archiveId} is gone`);
			}
			try {
				// Others wait for it too: it is sent to its end, whoever goes away meanwhile.
				const signal = AbortSignal.timeout(longestUploadMs);
				await link.submitToolchain(archive, signal, logOf(traveller));
			} finally {
				archive.release();
			}
		});
	const result = await runWithToolchain(allocation.needToolchain, submit, () =>
		link.run(request, inputs, {deadlineMs, signal: gone, isFresh: traveller.isFresh, onSent}),
	);
	if (result === 'needsToolchain') {
		throw new AppError('SERVER_FAILED', `${allocation.server} does not keep the toolchain`);
	}
	return result;
}

const longestUploadMs = 20 * 60_000;

/** The compiler ran there. Whether the server is to blame, the compile here will show: if it ends the same way, it is not. */
function isOfTheCompile(error: unknown): error is AppError {
	return error instanceof AppError && error.code.startsWith('REMOTE_');
}

function reasonOf(error: unknown): string {
	return error instanceof AppError ? error.code : 'INTERNAL';
}

/** Of our own errors alone is it known that no secret is in it. */
const messageOf = (error: unknown): string => (error instanceof AppError ? error.message : '');
