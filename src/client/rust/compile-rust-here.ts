import {parseDependencies} from '../../compiler/depfile.js';
import {isMissing, stampAt} from '../../protocol/stamp.js';
import {type DepInfo, parseDepInfo} from '../../rustc/dep-info.js';
import {linkedInputs} from '../../rustc/linked-inputs.js';
import type {Entry} from '../../store/store.js';
import {
	type CompileOutcome,
	type CompilerRun,
	maxOutputBytes,
	outcomeOf,
	readWritten,
	runCompiler,
} from '../compile-outcome.js';
import {runForDepInfo} from './dep-info-run.js';
import {rustEntry} from './rust-entry.js';
import {gatherRustEvidence} from './rust-evidence.js';
import type {RustUnit} from './rust-unit.js';

/** Runs rustc in the shim's place and gathers what it made. */
export async function compileRustHere(unit: RustUnit): Promise<CompileOutcome> {
	const {shim, parts, request, command} = unit;
	const atMs = parts.nowMs();
	/** What the linker says that it read; undefined where none runs. */
	const linkFile = command.links
		? `${request.env.get('TMPDIR') || '/tmp'}/sccache-${parts.randomName()}.link.d`
		: undefined;
	const temps = linkFile === undefined ? [] : [linkFile];
	const added = temps.map(path => `-Clink-arg=-Wl,--dependency-file=${path}`);
	const run = await runCompiler(shim, request, [...request.args, ...added], temps);
	return outcomeOf(shim, run.done, () => gather(unit, run, linkFile, atMs));
}

/** The entry to store, or why there is none. */
async function gather(
	unit: RustUnit,
	{done, ...said}: CompilerRun,
	linkFile: string | undefined,
	atMs: number,
): Promise<Entry | string> {
	const paths = unit.command.outputs.map(({path}) => path);
	const outputs = await readWritten(unit.shim, paths, done.startedNs);
	if (typeof outputs === 'string') return outputs;
	const read = await filesRead(unit, linkFile, outputs);
	if (typeof read === 'string') return read;
	const evidence = await gatherRustEvidence(unit, read.depInfo, read.linked, done.startedNs);
	if (evidence.kind === 'uncacheable') return evidence.reason;
	return rustEntry(unit, evidence, {outputs, ...said}, {atMs, compileMs: done.wallUs / 1000});
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
