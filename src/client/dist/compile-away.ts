import {setTimeout as sleep} from 'node:timers/promises';
import {elsewhere} from '../../compiler/elsewhere.js';
import {AppError} from '../../lib/errors.js';
import type {RunJobRequest} from '../../protocol/dist/messages.js';
import type {Entry, Member} from '../../store/store.js';
import {localStamp} from '../../toolchain/program-digest.js';
import {type CompileOutcome, isWorthKeeping, plainMode, toEntry} from '../compile-here.js';
import {gatherEvidence} from '../evidence.js';
import type {Preprocessed} from '../preprocess.js';
import {serveHit} from '../serve-hit.js';
import type {Release, Slots} from '../slots.js';
import {stderrMember} from '../stderr-member.js';
import type {Unit} from '../unit.js';
import type {Distribution} from './distribution.js';
import type {Sized} from './forecast.js';
import type {ForeseenFiles} from './foresee-files.js';
import {gatherInputs, inputsBytes} from './inputs.js';
import type {DigestedInputs} from './inputs-there.js';
import {type ListedFiles, listFiles} from './list-files.js';
import {remoteLocale} from './locale.js';
import {remoteCommand, variableOfThisMachine} from './remote-command.js';
import {runWithToolchain} from './run-with-toolchain.js';
import type {Allocation} from './scheduler-link.js';
import {type JobResult, ServerLink} from './server-link.js';
import {toBytes} from './utf8.js';

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
export function compileAway(
	unit: Unit,
	distribution: Distribution,
	preprocessed: Preprocessed | undefined,
): Promise<Away> {
	return unit.shim.reassured(() => decide(unit, distribution, preprocessed));
}

async function decide(
	unit: Unit,
	distribution: Distribution,
	preprocessed: Preprocessed | undefined,
): Promise<Away> {
	const {shim} = unit;
	let sized: Sized | undefined;
	let suspect: Allocation | undefined;
	const here = (reason: string, release: Release, failedServer?: string): Away => ({
		kind: 'here',
		reason,
		failedServer,
		release,
		compiledHere: outcome => {
			distribution.forecast.compiledHere(sized, outcome.compileMs);
			if (suspect !== undefined && outcome.kind === 'compiled') {
				distribution.servers.failed(suspect);
			}
		},
	});
	const ready = prepare(unit, distribution);
	const isSlowHere = ready.reason === undefined && distribution.forecast.isFarSooner;
	const free = isSlowHere ? undefined : distribution.slots.tryTake();
	if (free !== undefined) return here(ready.reason ?? 'there was room here', free);
	if (ready.reason !== undefined) return here(ready.reason, await room(unit, distribution));
	const job = await describe(unit, distribution, ready, preprocessed);
	if (typeof job === 'string') return here(job, await room(unit, distribution));
	sized = job.sized;
	if (distribution.forecast.where(job.predictedMs) === 'local') {
		return here('as soon done here', await room(unit, distribution));
	}
	const place = await firstRoom(unit, distribution, ready, job);
	if ('release' in place) return here(place.reason, place.release);
	const {allocation} = place;
	const {server} = allocation;
	try {
		return await runThere(unit, distribution, ready, job, allocation);
	} catch (error) {
		if (!isOfTheCompile(error)) distribution.scheduler.withdraw(allocation.jobId);
		if (shim.gone.aborted) throw error;
		if (!isOfTheCompile(error)) distribution.servers.failed(allocation);
		else if (error.code !== 'REMOTE_DIAGNOSTICS') suspect = allocation;
		unit.parts.onError(error);
		return here(reasonOf(error), await room(unit, distribution), server);
	}
}

interface Ready {
	/** Why it can't go away. */
	readonly reason: string | undefined;
	readonly args: readonly string[];
	readonly archiveId: string;
	readonly executable: string;
}

/** What can be known without looking at the sources. A toolchain that is not packed yet is begun, even when nothing has to leave. */
function prepare(unit: Unit, {packer, scheduler}: Distribution): Ready {
	const {command, compiler, request} = unit;
	const stay = (reason: string): Ready => ({reason, args: [], archiveId: '', executable: ''});
	if (request.env.has('SCCACHE_NO_DIST')) return stay('SCCACHE_NO_DIST');
	const there = elsewhere(command, compiler.nativeExpansion);
	if (there.kind === 'here') return stay(there.reason);
	const variable = variableOfThisMachine(command, request);
	if (variable !== undefined) return stay(variable);
	const toolchain = packer()?.ready({
		compiler: request.compiler,
		digest: compiler.digest,
		isStillThat: () => Buffer.concat(compiler.files.map(localStamp)).equals(compiler.stamps),
	});
	if (toolchain === undefined || toolchain.state === 'packing') {
		return stay('toolchain is being packed');
	}
	if (toolchain.state === 'refused') return stay(toolchain.reason);
	if (scheduler.isAway) return stay('scheduler unreachable');
	const {archiveId, executable} = toolchain;
	return {reason: undefined, args: there.args, archiveId, executable};
}

type Evidence = Awaited<ReturnType<typeof gatherEvidence>> & {readonly kind: 'sound'};

interface Job {
	readonly request: RunJobRequest;
	readonly inputs: DigestedInputs;
	readonly evidence: Evidence;
	readonly preprocessedKey: string | undefined;
	readonly sized: Sized;
	readonly predictedMs: number;
}

/** All that a server has to be given; or why it can't be. */
async function describe(
	unit: Unit,
	distribution: Distribution,
	ready: Ready,
	preprocessed: Preprocessed | undefined,
): Promise<Job | string> {
	const listed = preprocessed ?? (await distribution.files.list(unit, inTurn(unit, distribution)));
	if (listed === undefined) return 'preprocessing fails';
	const job = await describeWith(unit, distribution, ready, listed);
	if (typeof job !== 'string' || !('states' in listed)) return job;
	// More files than the compile reads: one of those others may be in the way.
	const fewer = await inTurn(unit, distribution)(() => listFiles(unit));
	return fewer === undefined
		? 'preprocessing fails'
		: describeWith(unit, distribution, ready, fewer);
}

async function describeWith(
	unit: Unit,
	distribution: Distribution,
	{executable, args}: Ready,
	listed: Preprocessed | ListedFiles | ForeseenFiles,
): Promise<Job | string> {
	const states = 'states' in listed ? listed.states : undefined;
	const evidence = await gatherEvidence(unit, listed.files, listed.startedNs, states);
	if (evidence.kind === 'uncacheable') return evidence.reason;
	if (evidence.direct === undefined) return 'not known which files decide';
	let request: RunJobRequest;
	let inputs: DigestedInputs;
	try {
		request = remoteCommand(unit, executable, args);
		inputs = await gatherInputs(unit, evidence.direct);
	} catch (error) {
		if (error instanceof AppError && error.code === 'INPUTS_UNSENDABLE') return error.code;
		throw error;
	}
	const sized = {family: unit.command.family, sizeBytes: inputsBytes(inputs)};
	return {
		request,
		inputs,
		evidence,
		preprocessedKey: 'key' in listed ? listed.key : undefined,
		sized,
		predictedMs: distribution.forecast.predictedMs(sized),
	};
}

/** Runs of the preprocessor wait for each other. */
function inTurn({shim}: Unit, {preprocessing}: Distribution) {
	return async <Value>(run: () => Promise<Value>): Promise<Value> => {
		const release = await preprocessing.take(shim.gone);
		try {
			return await run();
		} finally {
			release();
		}
	};
}

function room({shim}: Unit, {slots}: Distribution): Promise<Release> {
	// With no slots for this, what has to be compiled here still is.
	return slots.size === 0 ? Promise.resolve(() => {}) : slots.take(shim.gone);
}

type Place =
	| {readonly allocation: Allocation}
	| {readonly release: Release; readonly reason: string};

/** A server or a core here, whichever is free first. */
async function firstRoom(
	unit: Unit,
	distribution: Distribution,
	{archiveId}: Ready,
	{inputs, predictedMs}: Job,
): Promise<Place> {
	const {scheduler, servers, slots} = distribution;
	const decided = new AbortController();
	const signal = AbortSignal.any([decided.signal, unit.shim.gone]);
	const wanted = {
		...servers.forScheduler(),
		predictedMs: Math.round(predictedMs),
		inputsBytes: inputsBytes(inputs),
		waitMs: longestWaitMs,
	};
	const there = scheduler.allocate(archiveId, wanted, signal).then(
		allocation => ({allocation}),
		(error: unknown) => ({error}),
	);
	// Without slots here there is nothing to wait for here.
	const headStartMs = distribution.forecast.headStartMs(predictedMs);
	const here = slots.size === 0 ? undefined : takeAfter(slots, headStartMs, signal);
	const first = await Promise.race([there, ...(here === undefined ? [] : [here])]);
	decided.abort();
	if (typeof first === 'function') return {release: first, reason: 'there was room here first'};
	here?.then(
		release => release(),
		() => {},
	);
	if (!('error' in first)) return first;
	if (unit.shim.gone.aborted) throw first.error;
	return {release: await room(unit, distribution), reason: reasonOf(first.error)};
}

async function takeAfter(slots: Slots, waitMs: number, signal: AbortSignal): Promise<Release> {
	if (waitMs > 0) await sleep(waitMs, undefined, {signal}).catch(() => {});
	return slots.take(signal);
}

/** Throws whatever went wrong; then nothing has been written. */
async function runThere(
	unit: Unit,
	distribution: Distribution,
	ready: Ready,
	job: Job,
	allocation: Allocation,
): Promise<Away> {
	const atMs = unit.parts.nowMs();
	const startedMs = performance.now();
	const {forecast, servers} = distribution;
	const result = await exchange(unit, distribution, ready, job, allocation);
	const wholeMs = performance.now() - startedMs;
	const compileMs = result.report.actualMs ?? wholeMs;
	servers.succeeded(allocation.server, Math.max(0, wholeMs - compileMs));
	forecast.compiledThere(job.predictedMs, compileMs, wholeMs);
	const members = membersOf(unit, result);
	const entry = toEntry(unit, job.evidence, job.preprocessedKey, members.filter(isWorthKeeping), {
		atMs,
		compileMs,
	});
	const served = serveHit(unit, {members});
	if (!served) throw new AppError('SERVER_FAILED', `${allocation.server} did not send all outputs`);
	return {kind: 'compiled', entry, compileMs, server: allocation.server};
}

/** The job itself, with its toolchain sent before if the server has not got it. */
async function exchange(
	unit: Unit,
	distribution: Distribution,
	{archiveId}: Ready,
	{request, inputs, predictedMs}: Job,
	allocation: Allocation,
): Promise<JobResult> {
	const {gone} = unit.shim;
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
				await link.submitToolchain(archive, AbortSignal.timeout(longestUploadMs));
			} finally {
				archive.release();
			}
		});
	const result = await runWithToolchain(allocation.needToolchain, submit, () =>
		link.run(request, inputs, deadlineMs, gone),
	);
	if (result === 'needsToolchain') {
		throw new AppError('SERVER_FAILED', `${allocation.server} does not keep the toolchain`);
	}
	return result;
}

const longestUploadMs = 20 * 60_000;

/** Throws an AppError for a result that is not surely what the compile would have made here. */
function membersOf(unit: Unit, {output, outputs}: JobResult): readonly Member[] {
	if (output.code !== 0) {
		throw new AppError('REMOTE_COMPILE_FAILED', `the compiler ended with ${output.code} there`);
	}
	if (output.stderr.length > 0 && !remoteLocale(unit.request.env).saysTheSame) {
		throw new AppError('REMOTE_DIAGNOSTICS', 'diagnostics in a language that no server speaks');
	}
	const byName = new Map([...outputs].map(([name, bytes]) => [toBytes(name), bytes]));
	return [
		...unit.command.outputs.map(({kind, path}) => {
			const bytes = byName.get(path);
			if (bytes === undefined) {
				throw new AppError('REMOTE_OUTPUT_MISSING', `the compiler made no ${kind} there`);
			}
			return {name: kind, bytes, mode: plainMode};
		}),
		{name: stderrMember(unit.decoration), bytes: output.stderr, mode: plainMode},
		{name: 'stdout', bytes: output.stdout, mode: plainMode},
	];
}

/** The compiler ran there. Whether the server is to blame, the compile here will show: if it ends the same way, it is not. */
function isOfTheCompile(error: unknown): error is AppError {
	return error instanceof AppError && error.code.startsWith('REMOTE_');
}

function reasonOf(error: unknown): string {
	return error instanceof AppError ? error.code : 'INTERNAL';
}
