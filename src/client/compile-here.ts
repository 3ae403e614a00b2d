import {decorationOptions} from '../compiler/decoration.js';
import {parseDependencies} from '../compiler/depfile.js';
import {resultKey, tiedKey, unitKeys} from '../key/keys.js';
import type {Entry, Manifest, Member} from '../store/store.js';
import {
	type CompileOutcome,
	type CompilerRun,
	maxOutputBytes,
	outcomeOf,
	readWritten,
	runCompiler,
} from './compile-outcome.js';
import {type Evidence, gatherEvidence, touchedSince} from './evidence.js';
import {unlocated} from './located.js';
import {portable} from './portable.js';
import {type Preprocessed, preprocess} from './preprocess.js';
import {stderrMember} from './stderr-member.js';
import type {Unit} from './unit.js';

/** Before the umask: compilers make plain files. */
export const plainMode = 0o666;

/** Runs the compiler in the shim's place and gathers what it made. */
export async function compileHere(
	unit: Unit,
	preprocessed: Preprocessed | undefined,
): Promise<CompileOutcome> {
	const {shim, parts, request, decoration} = unit;
	const atMs = parts.nowMs();
	const depfile = dependencyFile(unit, preprocessed);
	const temps = depfile.temp && depfile.path !== undefined ? [depfile.path] : [];
	const added = [
		...unit.addedArgs,
		...temps.flatMap(path => ['-MD', '-MF', path]),
		...decorationOptions(decoration),
	];
	const run = await runCompiler(shim, request, [...added, ...request.args], temps);
	return outcomeOf(shim, run.done, () => gather(unit, run, depfile, preprocessed, atMs));
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

/** The entry to store, or why there is none. */
async function gather(
	unit: Unit,
	{done, ...said}: CompilerRun,
	depfile: DependencySource,
	early: Preprocessed | undefined,
	atMs: number,
): Promise<Entry | string> {
	const {outputs} = unit.command;
	const paths = outputs.map(({path}) => path);
	const written = await readWritten(unit.shim, paths, done.startedNs);
	if (typeof written === 'string') {
		return written;
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
	const text = late ?? (await textOf(unit, evidence, files, done.startedNs));
	const member = (name: string, bytes: Buffer): Member => ({name, bytes, mode: plainMode});
	const members = [
		...outputs.map(({kind}, index) => member(kind, written[index] as Buffer)),
		member('stdout', said.stdout),
		member(stderrMember(unit.decoration), said.stderr),
	];
	return toEntry(
		unit,
		evidence,
		{byText: late, text, members: members.filter(isWorthKeeping)},
		{
			atMs,
			compileMs: done.wallUs / 1000,
		},
	);
}

export function isWorthKeeping(member: Member): boolean {
	return member.bytes.length > 0 || !member.name.startsWith('std');
}

export interface Made {
	/** The entry is to be found by the preprocessed text as well. */
	readonly byText: Preprocessed | undefined;
	/** What is known of that text, to be found by it or not. */
	readonly text: Pick<Preprocessed, 'namesRoots'> | undefined;
	readonly members: readonly Member[];
}

export function toEntry(
	unit: Unit,
	evidence: Evidence & {kind: 'sound'},
	made: Made,
	times: {readonly atMs: number; readonly compileMs: number},
): Entry {
	const {directKey, request, command, roots} = unit;
	const {members, isTied} = portable({
		...{roots, command, naming: evidence.naming, members: made.members},
		textNamesRoots: made.text?.namesRoots,
	});
	const direct =
		directKey === undefined
			? undefined
			: evidence.direct && unlocated(roots, evidence.direct, isTied);
	const preprocessedKey = isTied ? made.byText?.tiedKey : made.byText?.key;
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
			unitKeys: unitKeys(unit.context, unit.sourcePath, unit.sourceDigest).map(name =>
				isTied ? tiedKey(name, roots) : name,
			),
		},
		members,
	};
}

/** CATEGORY/PF: the last two parts, all that EAPI 9 still exports. */
export function packageOf(buildFolder: string | undefined): string {
	return buildFolder?.split('/').filter(Boolean).slice(-2).join('/') ?? '';
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

/** Made where only it can tell that the result does not depend on the roots. */
async function textOf(
	unit: Unit,
	{naming}: Evidence & {kind: 'sound'},
	files: readonly string[],
	startedNs: bigint,
): Promise<Preprocessed | undefined> {
	if (!naming.byMacros || naming.unseen) return undefined;
	const preprocessed = await preprocess(unit);
	return (await touchedSince(unit, files, startedNs)) === undefined ? preprocessed : undefined;
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
