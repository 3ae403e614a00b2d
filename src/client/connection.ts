import type {Socket} from 'node:net';
import {sourceAmong} from '../compiler/language.js';
import {AppError} from '../lib/errors.js';
import {
	type CompileRequest,
	decodeCompile,
	type Frame,
	FrameReader,
	fromShim,
} from '../protocol/frames.js';
import {lostTimeMs} from '../stats/lost-time.js';
import type {CompileRecord} from '../stats/record.js';
import {compile} from './compile.js';
import {packageOf} from './compile-here.js';
import {answerControl, type DaemonControl} from './control.js';
import {kindOf} from './expected-times.js';
import {withOwnLog} from './own-log.js';
import {readable} from './readable.js';
import {bytesOf} from './serve-hit.js';
import {ShimConnection} from './shim-connection.js';
import {tellCompile} from './tell-compile.js';
import type {Parts} from './unit.js';
import type {Verdict} from './verdict.js';

/** Serves one connection to its end: a compile from a shim, which `onCompile` is told of, or a question from the front. */
export async function serveConnection(
	socket: Socket,
	parts: Parts,
	control: DaemonControl,
	onCompile: (compile: Promise<void>) => void,
): Promise<void> {
	const shim = new ShimConnection(socket);
	const reader = new FrameReader();
	const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
	let first = true;
	let served: Promise<void> = Promise.resolve();
	const onFrame = (frame: Frame) => {
		if (!first) {
			shim.receive(frame);
			return;
		}
		first = false;
		if (frame.type === fromShim.control) {
			served = answerControl(socket, Buffer.from(frame.payload), control);
		} else {
			served = serveCompile(shim, frame, parts, closed).catch(error => {
				socket.destroy();
				parts.onError(error);
			});
			onCompile(served);
		}
	};
	socket.on('data', chunk => {
		try {
			reader.push(chunk, onFrame);
		} catch {
			// A peer that breaks the protocol gets nothing more; a shim then runs the real compiler.
			socket.destroy();
		}
	});
	socket.on('error', () => socket.destroy());
	socket.on('close', () => shim.lose());
	await closed;
	await served;
}

async function serveCompile(
	shim: ShimConnection,
	frame: Frame,
	shared: Parts,
	closed: Promise<void>,
): Promise<void> {
	const startedMs = performance.now();
	const atMs = shared.nowMs();
	const request = frame.type === fromShim.compile ? decodeCompile(frame.payload) : undefined;
	if (request === undefined || 'unknown' in request) {
		shim.exec();
		return;
	}
	const parts = withOwnLog(shared, request);
	const {live} = parts;
	live.underWay.begin(shim, request, atMs);
	// It never throws.
	const verdict = await verdictOf(parts, shim, request);
	live.underWay.end(shim);
	const elapsedMs = performance.now() - startedMs;
	const stored = keep(parts, verdict);
	const {family = '', language = '', compileMs} = verdict;
	if (verdict.outcome === 'miss' && compileMs !== undefined) {
		parts.expected.observe(kindOf(family, language), compileMs);
	}
	if (verdict.outcome === 'directHit' || verdict.outcome === 'preprocessedHit') {
		await closed;
	}
	const record = toRecord(request, verdict, shim, {atMs, elapsedMs}, stored);
	parts.statistics.record(record);
	live.ended(record);
	tellCompile(parts.log, record);
}

/** The one place where a failure of ours becomes "run the real compiler". */
async function verdictOf(
	parts: Parts,
	shim: ShimConnection,
	request: CompileRequest,
): Promise<Verdict> {
	try {
		return await compile(parts, shim, request);
	} catch (error) {
		shim.exec();
		if (error instanceof AppError && error.code === 'SHIM_VANISHED') {
			// Interrupted by the user: nothing of ours failed.
			return {outcome: 'failed', reason: error.code};
		}
		parts.onError(error);
		return {outcome: 'fallback', reason: error instanceof AppError ? error.code : 'INTERNAL'};
	}
}

interface Stored {
	readonly failed: boolean;
	readonly storeMs: number;
}

/** Stores what a compile left to be stored; the shim has gone its way by then. */
function keep(parts: Parts, verdict: Verdict): Stored {
	const startedMs = performance.now();
	const {entry, manifest, directKey} = verdict;
	const addsManifest = manifest !== undefined && directKey !== undefined;
	if (entry === undefined && !addsManifest) return {failed: false, storeMs: 0};
	let failed = false;
	try {
		if (entry !== undefined) parts.store.put(entry);
		if (addsManifest) parts.store.addManifest(directKey, manifest);
	} catch (error) {
		parts.onError(error);
		failed = true;
	}
	const storeMs = failed ? 0 : performance.now() - startedMs;
	if (!failed || !parts.keepsTogether) share(parts, verdict);
	return {failed, storeMs};
}

/** Gives the shared stores what they do not have. */
function share({shared, statistics, countsSharedErrors}: Parts, verdict: Verdict): void {
	const {entry, tier, manifest, directKey, savedFromMs = 0, sizeBytes = 0} = verdict;
	if (entry !== undefined && tier === undefined) {
		shared?.keep(entry, () => {
			if (countsSharedErrors) statistics.count('writeErrors', '', 1);
		});
	}
	if (manifest !== undefined && directKey !== undefined) {
		shared?.keepManifest(directKey, {...manifest, compileMs: savedFromMs, sizeBytes});
	}
}

function toRecord(
	request: CompileRequest,
	verdict: Verdict,
	shim: ShimConnection,
	times: {readonly atMs: number; readonly elapsedMs: number},
	stored: Stored,
): CompileRecord {
	const unwritten = shim.writeError !== 0;
	const outcome = unwritten ? 'fallback' : verdict.outcome;
	const reason = unwritten ? 'OUTPUT_UNWRITABLE' : (verdict.reason ?? '');
	const server = unwritten ? '' : (verdict.server ?? '');
	const compileMs = verdict.compileMs ?? 0;
	const savedFromMs = unwritten ? undefined : verdict.savedFromMs;
	const {elapsedMs} = times;
	const {storeMs} = stored;
	const {waitedMs = 0, explanation} = verdict;
	return {
		atMs: times.atMs,
		package: readable(packageOf(request.env.get('PORTAGE_BUILDDIR'))),
		cwd: readable(request.cwd),
		compiler: readable(request.compiler),
		family: verdict.family ?? '',
		language: verdict.language ?? '',
		source: readable(verdict.source ?? sourceAmong(request.args) ?? ''),
		outcome,
		reason,
		server,
		tier: unwritten ? '' : (verdict.tier ?? ''),
		notDistributed: verdict.notDistributed ?? '',
		failedServers: verdict.failedServers ?? [],
		elapsedMs,
		compileMs,
		savedMs: savedFromMs === undefined ? 0 : Math.max(0, savedFromMs - elapsedMs),
		sizeBytes: verdict.sizeBytes ?? (verdict.entry === undefined ? 0 : bytesOf(verdict.entry)),
		writeError: stored.failed,
		recached: verdict.recached ?? false,
		storeMs,
		lostMs: lostTimeMs({
			outcome,
			reason,
			server,
			elapsedMs,
			compileMs,
			storeMs,
			waitedMs,
			savedFromMs,
		}),
		// Scripts that configure make many compiles that fail, of which nobody asks more.
		...(explanation === undefined || outcome === 'failed' ? {} : {explanation}),
	};
}
