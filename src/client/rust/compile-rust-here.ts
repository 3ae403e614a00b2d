import {parseDependencies} from '../../compiler/depfile.js';
import {AppError} from '../../lib/errors.js';
import {type Done, runFlags} from '../../protocol/frames.js';
import {changedNs, isMissing, isRegularFile, stampAt} from '../../protocol/stamp.js';
import {type DepInfo, parseDepInfo} from '../../rustc/dep-info.js';
import {linkedInputs} from '../../rustc/linked-inputs.js';
import type {Entry} from '../../store/store.js';
import type {CompileOutcome} from '../compile-here.js';
import {runForDepInfo} from './dep-info-run.js';
import {rustEntry} from './rust-entry.js';
import {gatherRustEvidence} from './rust-evidence.js';
import type {RustUnit} from './rust-unit.js';

/** Larger outputs are not cached: a daemon that serves many compiles must not hold them in memory. */
const maxOutputBytes = 512 * 1024 * 1024;

interface Streams {
	readonly stdout: Buffer[];
	readonly stderr: Buffer[];
}

/** Runs rustc in the shim's place and gathers what it made. */
export async function compileRustHere(unit: RustUnit): Promise<CompileOutcome> {
	const {shim, parts, request, command} = unit;
	const atMs = parts.nowMs();
	/** What the linker says that it read; undefined where none runs. */
	const linkFile = command.links
		? `${request.env.get('TMPDIR') || '/tmp'}/sccache-${parts.randomName()}.link.d`
		: undefined;
	const streams: Streams = {stdout: [], stderr: []};
	const done = await runRustc(unit, linkFile, streams);
	const compileMs = done.wallUs / 1000;
	if (done.exitCode !== 0) {
		shim.finish(done.exitCode, done.signal);
		return {kind: 'failed', compileMs};
	}
	let result: Entry | string;
	try {
		result = await gather(unit, done, linkFile, streams, atMs);
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

function runRustc(
	{shim, request}: RustUnit,
	linkFile: string | undefined,
	streams: Streams,
): Promise<Done> {
	const {sendStdout, sendStderr, passStdout, passStderr, final} = runFlags;
	const added = linkFile === undefined ? [] : [`-Clink-arg=-Wl,--dependency-file=${linkFile}`];
	return shim.run(
		{
			flags: sendStdout | sendStderr | passStdout | passStderr | final,
			program: request.compiler,
			argv: [request.compiler, ...request.args, ...added],
			env: [],
			temps: linkFile === undefined ? [] : [linkFile],
		},
		{stdout: bytes => streams.stdout.push(bytes), stderr: bytes => streams.stderr.push(bytes)},
	);
}

/** The entry to store, or why there is none. */
async function gather(
	unit: RustUnit,
	done: Done,
	linkFile: string | undefined,
	streams: Streams,
	atMs: number,
): Promise<Entry | string> {
	const outputs = await readOutputs(unit, done.startedNs);
	if (typeof outputs === 'string') return outputs;
	const read = await filesRead(unit, linkFile, outputs);
	if (typeof read === 'string') return read;
	const evidence = await gatherRustEvidence(unit, read.depInfo, read.linked, done.startedNs);
	if (evidence.kind === 'uncacheable') return evidence.reason;
	const result = {
		outputs,
		stdout: Buffer.concat(streams.stdout),
		stderr: Buffer.concat(streams.stderr),
	};
	return rustEntry(unit, evidence, result, {atMs, compileMs: done.wallUs / 1000});
}

/** The outputs' bytes, or why they can't be kept. */
async function readOutputs(
	{shim, command}: RustUnit,
	startedNs: bigint,
): Promise<readonly Buffer[] | string> {
	const stamps = Buffer.from(await shim.stat(command.outputs.map(({path}) => path)));
	const written = command.outputs.every((_, index) => {
		const stamp = stampAt(stamps, index);
		return isRegularFile(stamp) && changedNs(stamp) >= startedNs;
	});
	if (!written) return 'output is not a regular file';
	const results = await Promise.all(
		command.outputs.map(({path}) => shim.read(path, maxOutputBytes)),
	);
	return results.some(({errno}) => errno !== 0)
		? 'output could not be read'
		: results.map(({bytes}) => bytes);
}

interface FilesRead {
	readonly depInfo: DepInfo;
	readonly linked: readonly string[];
}

/** What rustc and its linker say that they read; a reason when they don't. */
async function filesRead(
	unit: RustUnit,
	linkFile: string | undefined,
	outputs: readonly Buffer[],
): Promise<FilesRead | string> {
	const {command} = unit;
	const own = outputs[command.outputs.findIndex(({kind}) => kind === 'dep-info')];
	const depInfo =
		own === undefined
			? (await runForDepInfo(unit, false))?.depInfo
			: parseDepInfo(own.toString('latin1'));
	if (depInfo === undefined) return 'dependencies not known';
	const linked: string[] = [];
	if (command.bundles) {
		const bundled = await runForDepInfo(unit, true);
		if (bundled === undefined) return 'dependencies not known';
		linked.push(...bundled.depInfo.sources.filter(path => !depInfo.sources.includes(path)));
	}
	if (linkFile !== undefined) {
		const inputs = await linkerInputs(unit, linkFile);
		if (inputs === undefined) return 'what the linker read is not known';
		linked.push(...inputs);
	}
	const keyed = new Set([command.input, ...unit.inputs, ...unit.compiler.files]);
	return {depInfo, linked: [...new Set(linked)].filter(path => !keyed.has(path))};
}

/** Files that the linker read and this compile did not make; undefined when it did not say, or one is gone. */
async function linkerInputs(unit: RustUnit, path: string): Promise<readonly string[] | undefined> {
	const {errno, bytes} = await unit.shim.read(path, maxOutputBytes);
	const files = errno === 0 ? parseDependencies(bytes.toString('latin1'))?.files : undefined;
	if (files === undefined || files.length === 0) return undefined;
	const inputs = linkedInputs(files, unit.command);
	const stamps = await unit.shim.stat(inputs);
	return inputs.some((_, index) => isMissing(stampAt(stamps, index))) ? undefined : inputs;
}
