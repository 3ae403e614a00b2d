import {decorationOptions} from '../compiler/decoration.js';
import {parseDependencies} from '../compiler/depfile.js';
import {resultKey, unitKeys} from '../key/keys.js';
import {AppError} from '../lib/errors.js';
import {type Done, runFlags} from '../protocol/frames.js';
import {changedNs, isRegularFile, stampAt} from '../protocol/stamp.js';
import type {Entry, Manifest, Member} from '../store/store.js';
import {type Evidence, gatherEvidence, touchedSince} from './evidence.js';
import {type Preprocessed, preprocess} from './preprocess.js';
import {stderrMember} from './stderr-member.js';
import type {Unit} from './unit.js';

/** Larger outputs are not cached: a daemon that serves many compiles must not hold them in memory. */
const maxOutputBytes = 512 * 1024 * 1024;

/** Before the umask: compilers make plain files. */
export const plainMode = 0o666;

export type CompileOutcome =
	| {readonly kind: 'failed'; readonly compileMs: number}
	/** Compiled, but not to be cached. */
	| {readonly kind: 'notCacheable'; readonly reason: string; readonly compileMs: number}
	/** Compiled, but something of ours went wrong afterwards. */
	| {readonly kind: 'fallback'; readonly reason: string; readonly compileMs: number}
	| {readonly kind: 'compiled'; readonly entry: Entry; readonly compileMs: number};

/** Runs the compiler in the shim's place and gathers what it made. The shim is told to end before anything is stored. */
export async function compileHere(
	unit: Unit,
	preprocessed: Preprocessed | undefined,
): Promise<CompileOutcome> {
	const {shim, parts} = unit;
	const atMs = parts.nowMs();
	const depfile = dependencyFile(unit, preprocessed);
	const streams = {stdout: [] as Buffer[], stderr: [] as Buffer[]};
	const done = await runCompiler(unit, depfile, streams);
	const compileMs = done.wallUs / 1000;
	if (done.exitCode !== 0) {
		shim.finish(done.exitCode, done.signal);
		return {kind: 'failed', compileMs};
	}
	let result: Entry | string;
	try {
		result = await gather(unit, done, depfile, preprocessed, streams, atMs);
	} catch (error) {
		return {
			kind: 'fallback',
			reason: error instanceof AppError ? error.code : 'INTERNAL',
			compileMs,
		};
	} finally {
		shim.finish(0);
	}
	return typeof result === 'string'
		? {kind: 'notCacheable', reason: result, compileMs}
		: {kind: 'compiled', entry: result, compileMs};
}

interface DependencySource {
	/** Where the list of files will be; undefined when the preprocessor has already named them, or nothing is included. */
	readonly path: string | undefined;
	/** Added to the command line and removed afterwards. */
	readonly temp: boolean;
}

function dependencyFile(unit: Unit, preprocessed: Preprocessed | undefined): DependencySource {
	const {command, request, parts} = unit;
	if (preprocessed !== undefined || !command.preprocessed) {
		return {path: undefined, temp: false};
	}
	if (command.dependencies !== undefined) {
		return {path: command.dependencies.path, temp: false};
	}
	return {
		path: `${request.env.get('TMPDIR') || '/tmp'}/sccache-${parts.randomName()}.d`,
		temp: true,
	};
}

async function runCompiler(
	unit: Unit,
	depfile: DependencySource,
	streams: {stdout: Buffer[]; stderr: Buffer[]},
): Promise<Done> {
	const {shim, request, decoration} = unit;
	const temp = depfile.temp && depfile.path !== undefined ? [depfile.path] : [];
	const added = [...temp.flatMap(path => ['-MD', '-MF', path]), ...decorationOptions(decoration)];
	const {sendStdout, sendStderr, passStdout, passStderr, final} = runFlags;
	return shim.run(
		{
			flags: sendStdout | sendStderr | passStdout | passStderr | final,
			program: request.compiler,
			argv: [request.compiler, ...added, ...request.args],
			env: [],
			temps: temp,
		},
		{stdout: bytes => streams.stdout.push(bytes), stderr: bytes => streams.stderr.push(bytes)},
	);
}

/** The entry to store, or why there is none. */
async function gather(
	unit: Unit,
	done: Done,
	depfile: DependencySource,
	early: Preprocessed | undefined,
	streams: {stdout: Buffer[]; stderr: Buffer[]},
	atMs: number,
): Promise<Entry | string> {
	const members = await readOutputs(unit, done.startedNs);
	if (typeof members === 'string') {
		return members;
	}
	const files = await filesRead(unit, depfile, early);
	if (files === undefined) {
		return 'dependencies not known';
	}
	const evidence = await gatherEvidence(unit, files, early?.startedNs ?? done.startedNs);
	if (evidence.kind === 'uncacheable') {
		return evidence.reason;
	}
	const late = early ?? (await preprocessLate(unit, evidence, files, done.startedNs, atMs));
	if (evidence.direct === undefined && late === undefined) {
		return 'only the preprocessed text would decide';
	}
	const stderr: Member = {
		name: stderrMember(unit.decoration),
		bytes: Buffer.concat(streams.stderr),
		mode: plainMode,
	};
	const stdout: Member = {name: 'stdout', bytes: Buffer.concat(streams.stdout), mode: plainMode};
	return toEntry(unit, evidence, late?.key, [...members, stdout, stderr].filter(isWorthKeeping), {
		atMs,
		compileMs: done.wallUs / 1000,
	});
}

export function isWorthKeeping(member: Member): boolean {
	return member.bytes.length > 0 || !member.name.startsWith('std');
}

export function toEntry(
	unit: Unit,
	evidence: Evidence & {kind: 'sound'},
	preprocessedKey: string | undefined,
	members: readonly Member[],
	times: {readonly atMs: number; readonly compileMs: number},
): Entry {
	const {directKey, request, command} = unit;
	const direct = directKey === undefined ? undefined : evidence.direct;
	const key =
		direct === undefined || directKey === undefined
			? preprocessedKey
			: resultKey(directKey, direct);
	if (key === undefined) {
		throw new Error('an entry needs a direct or a preprocessed key');
	}
	const manifest: Manifest | undefined =
		direct === undefined ? undefined : {resultKey: key, ...direct};
	return {
		resultKey: key,
		facts: {
			createdMs: times.atMs,
			compileMs: times.compileMs,
			compiler: request.compiler,
			language: command.language,
			package: packageOf(request.env.get('PORTAGE_BUILDDIR')),
			directKey: manifest === undefined ? undefined : directKey,
			manifest,
			preprocessedKey,
			sourcesDigest: evidence.sourcesDigest,
			unitKeys: unitKeys(unit.context, unit.sourcePath, unit.sourceDigest),
		},
		members,
	};
}

/** CATEGORY/PF: the last two parts, all that EAPI 9 still exports. */
export function packageOf(buildFolder: string | undefined): string {
	return buildFolder?.split('/').filter(Boolean).slice(-2).join('/') ?? '';
}

/** The outputs' bytes, or why they can't be kept. One that this compile did not write (an old .dwo) is not one of its outputs. */
async function readOutputs(unit: Unit, startedNs: bigint): Promise<Member[] | string> {
	const {shim, command} = unit;
	const stamps = Buffer.from(await shim.stat(command.outputs.map(output => output.path)));
	const written = command.outputs.filter((_, index) => {
		const stamp = stampAt(stamps, index);
		return isRegularFile(stamp) && changedNs(stamp) >= startedNs;
	});
	if (written.length < command.outputs.length) {
		return 'output is not a regular file';
	}
	const results = await Promise.all(written.map(output => shim.read(output.path, maxOutputBytes)));
	if (results.some(({errno}) => errno !== 0)) {
		return 'output could not be read';
	}
	return written.map((output, index) => ({
		name: output.kind,
		bytes: (results[index] as {bytes: Buffer}).bytes,
		mode: plainMode,
	}));
}

async function filesRead(
	unit: Unit,
	depfile: DependencySource,
	early: Preprocessed | undefined,
): Promise<readonly string[] | undefined> {
	if (early !== undefined) {
		return early.files;
	}
	if (depfile.path === undefined) {
		return [];
	}
	const {errno, bytes} = await unit.shim.read(depfile.path, maxOutputBytes);
	return errno === 0 ? parseDependencies(bytes.toString('latin1'))?.files : undefined;
}

/**
 * When the files alone don't decide (__DATE__), the preprocessed text does. Made after the compile it must say the same as before it:
 * no source was touched since, and the date can only have changed at a quarter of an hour, in any time zone.
 */
async function preprocessLate(
	unit: Unit,
	evidence: Evidence & {kind: 'sound'},
	files: readonly string[],
	startedNs: bigint,
	atMs: number,
): Promise<Preprocessed | undefined> {
	if (evidence.direct !== undefined && unit.directKey !== undefined) {
		return undefined;
	}
	const preprocessed = await preprocess(unit);
	const quarterMs = 15 * 60 * 1000;
	const sameDay = Math.floor(atMs / quarterMs) === Math.floor(unit.parts.nowMs() / quarterMs);
	return sameDay && (await touchedSince(unit, files, startedNs)) === undefined
		? preprocessed
		: undefined;
}
