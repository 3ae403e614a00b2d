import {parseDependencies} from '../../compiler/depfile.js';
import {resultKey} from '../../key/keys.js';
import {AppError} from '../../lib/errors.js';
import {type Done, runFlags} from '../../protocol/frames.js';
import {changedNs, isMissing, isRegularFile, stampAt} from '../../protocol/stamp.js';
import {withoutOutputs} from '../../rustc/artifact-messages.js';
import {type DepInfo, parseDepInfo} from '../../rustc/dep-info.js';
import {depInfoTemplate} from '../../rustc/dep-info-template.js';
import {linkedInputs} from '../../rustc/linked-inputs.js';
import {namesRoot} from '../../rustc/roots.js';
import type {Entry, Manifest, Member} from '../../store/store.js';
import {type CompileOutcome, isWorthKeeping, packageOf, plainMode} from '../compile-here.js';
import {gatherRustEvidence} from './rust-evidence.js';
import {rootsCondition} from './rust-lookup.js';
import type {RustUnit} from './rust-unit.js';

/** Larger outputs are not cached: a daemon that serves many compiles must not hold them in memory. */
const maxOutputBytes = 512 * 1024 * 1024;

/** Before the umask. */
const executableMode = 0o777;

interface Streams {
	readonly stdout: Buffer[];
	readonly stderr: Buffer[];
}

/** Files of ours beside the compile's own, gone when the shim ends. */
interface Temps {
	/** What the linker says that it read; undefined where none runs. */
	readonly linked: string | undefined;
	readonly depInfo: string;
}

/** Runs rustc in the shim's place and gathers what it made. */
export async function compileRustHere(unit: RustUnit): Promise<CompileOutcome> {
	const {shim, parts, request, command} = unit;
	const atMs = parts.nowMs();
	const folder = request.env.get('TMPDIR') || '/tmp';
	const name = `${folder}/sccache-${parts.randomName()}`;
	const temps: Temps = {linked: command.links ? `${name}.link.d` : undefined, depInfo: `${name}.d`};
	const streams: Streams = {stdout: [], stderr: []};
	const done = await runRustc(unit, temps, streams);
	const compileMs = done.wallUs / 1000;
	if (done.exitCode !== 0) {
		shim.finish(done.exitCode, done.signal);
		return {kind: 'failed', compileMs};
	}
	let result: Entry | string;
	try {
		result = await gather(unit, done, temps, streams, atMs);
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

function runRustc({shim, request}: RustUnit, temps: Temps, streams: Streams): Promise<Done> {
	const {sendStdout, sendStderr, passStdout, passStderr, final} = runFlags;
	const added =
		temps.linked === undefined ? [] : [`-Clink-arg=-Wl,--dependency-file=${temps.linked}`];
	return shim.run(
		{
			flags: sendStdout | sendStderr | passStdout | passStderr | final,
			program: request.compiler,
			argv: [request.compiler, ...request.args, ...added],
			env: [],
			temps: [temps.depInfo, ...(temps.linked === undefined ? [] : [temps.linked])],
		},
		{stdout: bytes => streams.stdout.push(bytes), stderr: bytes => streams.stderr.push(bytes)},
	);
}

/** The entry to store, or why there is none. */
async function gather(
	unit: RustUnit,
	done: Done,
	temps: Temps,
	streams: Streams,
	atMs: number,
): Promise<Entry | string> {
	const {command, request} = unit;
	const said = Buffer.concat(streams.stderr).toString('latin1');
	if (unit.context.terminal.length > 0 && said !== '') return 'diagnostics for a terminal';
	const messages = withoutOutputs(said, command.outputs);
	if (messages === undefined) return 'a message names another output';
	const outputs = await readOutputs(unit, done.startedNs);
	if (typeof outputs === 'string') return outputs;
	const known = await filesRead(unit, temps, outputs);
	if (typeof known === 'string') return known;
	const evidence = await gatherRustEvidence(unit, known.depInfo, known.linked, done.startedNs);
	if (evidence.kind === 'uncacheable') return evidence.reason;
	const members = templated(unit, outputs);
	if (members === undefined) return 'a dependency file in another form';
	const stream = (name: string, bytes: Buffer): Member => ({name, bytes, mode: plainMode});
	const all = [
		...members,
		stream('stdout', Buffer.concat(streams.stdout)),
		stream('stderr', Buffer.from(messages, 'latin1')),
	].filter(isWorthKeeping);
	const findings = {
		includes: [...evidence.includes, ...(isTiedToRoots(unit, all) ? [rootsCondition(unit)] : [])],
		absent: evidence.absent,
		present: [],
	};
	const manifest: Manifest = {resultKey: resultKey(unit.directKey, findings), ...findings};
	return {
		resultKey: manifest.resultKey,
		facts: {
			createdMs: atMs,
			compileMs: done.wallUs / 1000,
			compiler: request.compiler,
			language: 'rust',
			package: packageOf(request.env.get('PORTAGE_BUILDDIR')),
			directKey: unit.directKey,
			manifest,
			preprocessedKey: undefined,
			sourcesDigest: undefined,
			unitKeys: [],
		},
		members: all,
	};
}

/** An output names one of the folders that were to be taken out of it, or may without our seeing it. */
function isTiedToRoots({command, roots}: RustUnit, members: readonly Member[]): boolean {
	return (
		roots.folders.length > 0 &&
		(command.hidesPaths ||
			namesRoot(
				roots,
				members.map(({bytes}) => bytes),
			))
	);
}

/** The dependency file as it is kept; undefined when it can't be made again from that. */
function templated({command, roots}: RustUnit, members: readonly Member[]): Member[] | undefined {
	const kept: Member[] = [];
	for (const member of members) {
		if (member.name !== 'dep-info') {
			kept.push(member);
			continue;
		}
		const template = depInfoTemplate(member.bytes.toString('latin1'), command.outputs, roots);
		if (template === undefined) return undefined;
		kept.push({...member, bytes: Buffer.from(template, 'latin1')});
	}
	return kept;
}

/** The outputs' bytes, or why they can't be kept. */
async function readOutputs(
	{shim, command}: RustUnit,
	startedNs: bigint,
): Promise<Member[] | string> {
	const stamps = Buffer.from(await shim.stat(command.outputs.map(({path}) => path)));
	const written = command.outputs.every((_, index) => {
		const stamp = stampAt(stamps, index);
		return isRegularFile(stamp) && changedNs(stamp) >= startedNs;
	});
	if (!written) return 'output is not a regular file';
	const results = await Promise.all(
		command.outputs.map(({path}) => shim.read(path, maxOutputBytes)),
	);
	if (results.some(({errno}) => errno !== 0)) return 'output could not be read';
	return command.outputs.map(({kind}, index) => ({
		name: kind,
		bytes: results[index]?.bytes as Buffer,
		mode: kind === 'shared' ? executableMode : plainMode,
	}));
}

interface FilesRead {
	readonly depInfo: DepInfo;
	readonly linked: readonly string[];
}

/** What rustc and its linker say that they read; a reason when they don't. */
async function filesRead(
	unit: RustUnit,
	temps: Temps,
	outputs: readonly Member[],
): Promise<FilesRead | string> {
	const {command} = unit;
	const own = outputs.find(({name}) => name === 'dep-info')?.bytes.toString('latin1');
	const text = own ?? (await askDepInfo(unit, temps.depInfo, []));
	const depInfo = text === undefined ? undefined : parseDepInfo(text);
	if (depInfo === undefined) return 'dependencies not known';
	const linked: string[] = [];
	if (command.bundles) {
		const bundled = await askDepInfo(unit, temps.depInfo, ['-Zbinary-dep-depinfo']);
		const crates = bundled === undefined ? undefined : parseDepInfo(bundled);
		if (crates === undefined) return 'dependencies not known';
		linked.push(...crates.sources.filter(path => !depInfo.sources.includes(path)));
	}
	if (temps.linked !== undefined) {
		const inputs = await linkerInputs(unit, temps.linked);
		if (inputs === undefined) return 'what the linker read is not known';
		linked.push(...inputs);
	}
	const keyed = new Set([command.input, ...unit.inputs, ...unit.compiler.files]);
	return {depInfo, linked: [...new Set(linked)].filter(path => !keyed.has(path))};
}

/** Another run, that reads the sources and makes nothing else. */
async function askDepInfo(
	{shim, request, command}: RustUnit,
	path: string,
	options: readonly string[],
): Promise<string | undefined> {
	const behind = command.program === 'clippy' ? ['rustc'] : [];
	const done = await shim.run({
		flags: 0,
		program: request.compiler,
		argv: [
			request.compiler,
			...behind,
			...command.argsWithoutOutputs,
			...options,
			`--emit=dep-info=${path}`,
		],
		env: options.length === 0 ? [] : ['RUSTC_BOOTSTRAP=1'],
		temps: [],
	});
	const {errno, bytes} = await shim.read(path, maxOutputBytes);
	return done.exitCode === 0 && errno === 0 ? bytes.toString('latin1') : undefined;
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
