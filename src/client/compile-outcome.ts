import {AppError} from '../lib/errors.js';
import {type CompileRequest, type Done, runFlags} from '../protocol/frames.js';
import {changedNs, isRegularFile, stampAt} from '../protocol/stamp.js';
import type {Entry} from '../store/store.js';
import type {ShimConnection} from './shim-connection.js';
import type {Verdict} from './verdict.js';

/** Larger outputs are not cached: a daemon that serves many compiles must not hold them in memory. */
export const maxOutputBytes = 512 * 1024 * 1024;

export type CompileOutcome =
	| {readonly kind: 'failed'; readonly compileMs: number}
	/** Compiled, but not to be cached. */
	| {readonly kind: 'notCacheable'; readonly reason: string; readonly compileMs: number}
	/** Compiled, but something of ours went wrong afterwards. */
	| {readonly kind: 'fallback'; readonly reason: string; readonly compileMs: number}
	| {readonly kind: 'compiled'; readonly entry: Entry; readonly compileMs: number};

export interface CompilerRun {
	readonly done: Done;
	readonly stdout: Buffer;
	readonly stderr: Buffer;
}

/** The compile itself, in the shim's place: what it says is heard at once, and kept. `temps`: gone when the shim ends. */
export async function runCompiler(
	shim: ShimConnection,
	{compiler}: CompileRequest,
	args: readonly string[],
	temps: readonly string[],
): Promise<CompilerRun> {
	const stdout: Buffer[] = [];
	const stderr: Buffer[] = [];
	const {sendStdout, sendStderr, passStdout, passStderr, final} = runFlags;
	const done = await shim.run(
		{
			flags: sendStdout | sendStderr | passStdout | passStderr | final,
			program: compiler,
			argv: [compiler, ...args],
			env: [],
			temps,
		},
		{stdout: bytes => stdout.push(bytes), stderr: bytes => stderr.push(bytes)},
	);
	return {done, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr)};
}

/**
 * What a run came to. `gather`: the entry to store, or why there is none. The shim is told to end when that is done, before anything is
 * stored.
 */
export async function outcomeOf(
	shim: ShimConnection,
	done: Done,
	gather: () => Promise<Entry | string>,
): Promise<CompileOutcome> {
	const compileMs = done.wallUs / 1000;
	if (done.exitCode !== 0) {
		shim.finish(done.exitCode, done.signal);
		return {kind: 'failed', compileMs};
	}
	let result: Entry | string;
	try {
		result = await gather();
	} catch (error) {
		const reason = error instanceof AppError ? error.code : 'INTERNAL';
		return {kind: 'fallback', reason, compileMs};
	} finally {
		shim.finish(0);
	}
	return typeof result === 'string'
		? {kind: 'notCacheable', reason: result, compileMs}
		: {kind: 'compiled', entry: result, compileMs};
}

/** The bytes of the outputs, or why they can't be kept. One that this compile did not write (an old .dwo) is not one of its outputs. */
export async function readWritten(
	shim: ShimConnection,
	paths: readonly string[],
	startedNs: bigint,
): Promise<readonly Buffer[] | string> {
	const stamps = Buffer.from(await shim.stat(paths));
	const areWritten = paths.every((_, index) => {
		const stamp = stampAt(stamps, index);
		return isRegularFile(stamp) && changedNs(stamp) >= startedNs;
	});
	if (!areWritten) return 'output is not a regular file';
	const results = await Promise.all(paths.map(path => shim.read(path, maxOutputBytes)));
	return results.some(({errno}) => errno !== 0)
		? 'output could not be read'
		: results.map(({bytes}) => bytes);
}

/** `what` is known of the compile anyway. */
export function verdictOn<What extends Partial<Verdict>>(
	what: What,
	result: CompileOutcome,
	recached: boolean,
): Verdict {
	if (result.kind !== 'compiled') {
		const {kind, ...facts} = result;
		return {...what, outcome: kind, ...facts};
	}
	const {compileMs, entry} = result;
	return {...what, outcome: 'miss', compileMs, recached, entry};
}
