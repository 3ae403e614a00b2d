import {basename, join} from 'node:path/posix';
import {rustEnvironment, uncacheableRustVariable} from '../../key/rust-environment.js';
import {type RustKeyContext, rustDirectKey} from '../../key/rust-keys.js';
import {type CompileRequest, stampBytes} from '../../protocol/frames.js';
import {isRegularFile, keepStamps, stampAt} from '../../protocol/stamp.js';
import {splitArgumentFile} from '../../rustc/argument-file.js';
import type {RustCommand} from '../../rustc/command.js';
import {staticLibraryFile} from '../../rustc/companions.js';
import {parseRustCommand} from '../../rustc/parse-command.js';
import {withoutRustcPath} from '../../rustc/program.js';
import {type Roots, withoutRoots} from '../../rustc/roots.js';
import {findShared} from '../ask-shared.js';
import {verdictOn} from '../compile-outcome.js';
import {compileSomewhere} from '../dist/compile-somewhere.js';
import {extraFiles} from '../extra-files.js';
import {forbiddingVariable, hasNoCache, withoutEntry} from '../no-cache.js';
import {isScript} from '../program-files.js';
import {bytesOf} from '../serve-hit.js';
import type {ShimConnection} from '../shim-connection.js';
import {Trail} from '../trail.js';
import type {Parts} from '../unit.js';
import type {Verdict} from '../verdict.js';
import {compileRustHere} from './compile-rust-here.js';
import {explainRust} from './explain-rust.js';
import {macroFields, macrosUsed} from './macros-used.js';
import type {RustCompiler} from './rust-compilers.js';
import {firstRustThatHolds, rustLookup} from './rust-lookup.js';
import {rustTraveller} from './rust-traveller.js';
import type {RustUnit} from './rust-unit.js';
import {serveRustHit} from './serve-rust-hit.js';

/** Answers one call of rustc or clippy-driver, as `compile` does one of a C compiler. */
export async function compileRust(
	parts: Parts,
	shim: ShimConnection,
	request: CompileRequest,
	program: RustCommand['program'],
): Promise<Verdict> {
	const command = await understand(parts, shim, request, program);
	if ('outcome' in command) {
		shim.exec();
		return {...command, family: program};
	}
	const unit = await identify(parts, shim, request, command);
	if ('outcome' in unit) {
		shim.exec();
		return {...unit, ...about(command)};
	}
	if (hasNoCache(request)) return withoutEntry(await miss(unit, false));
	if (request.env.has('SCCACHE_RECACHE')) return miss(unit, true);
	const hit = (await serve(unit)) ?? (await serveAfterTwin(unit));
	return (
		hit ??
		parts.inFlight.during(
			unit.directKey,
			async () => (await serveShared(unit)) ?? miss(unit, false),
		)
	);
}

/** What the command line means; a Verdict when it is not for us. */
async function understand(
	parts: Parts,
	shim: ShimConnection,
	request: CompileRequest,
	program: RustCommand['program'],
): Promise<RustCommand | Verdict> {
	if (isScript(request.compiler)) {
		return {outcome: 'notCompile', reason: 'the compiler is a script'};
	}
	const variable = forbiddingVariable(parts, request, uncacheableRustVariable);
	if (variable !== undefined) {
		return {outcome: 'notCacheable', reason: variable};
	}
	const args = await expandArgumentFiles(shim, request.args);
	const parsed = parseRustCommand({
		program,
		args: program === 'clippy' ? withoutRustcPath(args) : args,
	});
	return parsed.kind === 'compile' ? parsed : {outcome: parsed.kind, reason: parsed.reason};
}

const maxArgumentFileBytes = 16 * 1024 * 1024;

/** One that can't be read stays as it is: rustc says so. */
async function expandArgumentFiles(
	shim: ShimConnection,
	args: readonly string[],
): Promise<readonly string[]> {
	const expanded = await Promise.all(
		args.map(async arg => {
			if (!arg.startsWith('@')) return [arg];
			const {errno, bytes} = await shim.read(arg.slice(1), maxArgumentFileBytes);
			return errno === 0 ? splitArgumentFile(bytes.toString('latin1')) : [arg];
		}),
	);
	return expanded.flat();
}

/** The unit with its key; a Verdict when something that it needs can't be read. */
async function identify(
	parts: Parts,
	shim: ShimConnection,
	request: CompileRequest,
	command: RustCommand,
): Promise<RustUnit | Verdict> {
	const {sources} = parts.rust;
	const externs = command.externs.flatMap(({name, path}) =>
		path === undefined ? [] : [{name, path}],
	);
	const extra = [...command.extraInputs, ...extraFiles(request)];
	const libraries = command.staticLibraries.map(library => candidates(command, library));
	const inputs = [command.input, ...externs.map(({path}) => path), ...extra];
	const asked = [...inputs, ...libraries.flat()];
	const {compiler, stamps} = await lookAt(parts, shim, request, command, asked);
	const found = libraries.map(paths =>
		paths.find(path => isRegularFile(stampAt(stamps, asked.indexOf(path)))),
	);
	if (found.includes(undefined)) {
		return {outcome: 'notCacheable', reason: 'a static library was not found'};
	}
	const read = [...inputs, ...(found as string[])];
	const readStamps = keepStamps(read.map(path => stampAt(stamps, asked.indexOf(path))));
	const digests = await sources.digests(shim, read, readStamps, true);
	if (digests.includes(undefined)) {
		return {outcome: 'notCacheable', reason: 'an input could not be read'};
	}
	const [sourceDigest = '', ...others] = digests as string[];
	const crates = externs.map(({path}, index) => ({path, digest: others[index] as string}));
	const macros = await macrosUsed(parts.rust, shim, request, command, crates);
	if (macros === undefined || macros.readsOther) {
		return {outcome: 'notCacheable', reason: 'a macro reads files, or may'};
	}
	const roots: Roots = {folders: command.remapped};
	const taken = (text: string) => withoutRoots(roots, text);
	const context: RustKeyContext = {
		command,
		compilerDigest: compiler.digest,
		nativeExpansion: compiler.nativeExpansion,
		hashedArgs: command.hashedArgs.map(arg => (arg.startsWith(remap) ? taken(arg) : arg)),
		input: taken(command.input),
		cwd: taken(request.cwd),
		env: rustEnvironment(request.env, command.links).map(taken),
		externs: [
			...externs.map(({name}, index) => [name, others[index] as string] as const),
			...command.externs.flatMap(({name, path}) =>
				path === undefined ? [[name, 'sysroot'] as const] : [],
			),
		],
		extraInputs: [...extra, ...(found as string[])].map(
			(path, index) => [taken(path), others[externs.length + index] as string] as const,
		),
		search: command.links ? searched(command).map(taken) : [],
		// As they are: a macro may reckon with them.
		macros: [...macroFields(macros), ...macros.variables],
		look: command.json ? [] : look(request),
	};
	return {
		parts,
		shim,
		request,
		command,
		compiler,
		context,
		roots,
		sourceDigest,
		directKey: rustDirectKey(context, sourceDigest),
		macroVariables: macros.variables.map(pair => pair.slice(0, pair.indexOf('='))),
		staticLibraries: found as string[],
		inputs: [...read.slice(1), ...macros.paths],
		inputStamps: Buffer.concat([readStamps.subarray(stampBytes), macros.stamps]),
		saysToTerminal: !command.json && request.stderrIsTerminal,
		trail: new Trail(),
	};
}

/** Only here is a root's name without meaning of its own: a --cfg can be compared with. */
const remap = '--remap-path-prefix=';

/** What a linker is told of folders, and the names of shared crates: one that has no name of its own is found again by its file's. */
function searched({searchPaths, externs}: RustCommand): readonly string[] {
	return [
		...searchPaths.map(({kind, path}) => `${kind}=${path}`),
		...externs.flatMap(({path}) => (path === undefined ? [] : [basename(path)])),
	];
}

/** What decides how diagnostics for people look. */
function look({env, stderrIsTerminal}: CompileRequest): readonly string[] {
	const names = ['CLICOLOR', 'CLICOLOR_FORCE', 'COLUMNS', 'FORCE_COLOR', 'NO_COLOR', 'TERM'];
	return [
		stderrIsTerminal ? 'terminal' : 'file',
		...names.map(name => `${name}=${env.get(name) ?? ''}`),
	];
}

/** Where a static library may be, in the order of the search. */
function candidates(
	{searchPaths}: RustCommand,
	library: RustCommand['staticLibraries'][number],
): readonly string[] {
	return searchPaths
		.filter(({kind}) => kind === 'native' || kind === 'all')
		.map(({path}) => join(path, staticLibraryFile(library)));
}

interface Looked {
	readonly compiler: RustCompiler;
	/** Of the paths that were asked for. */
	readonly stamps: Buffer;
}

/** The compiler as it is now, and `paths`: one question when the compiler did not change. */
async function lookAt(
	parts: Parts,
	shim: ShimConnection,
	request: CompileRequest,
	command: RustCommand,
	paths: readonly string[],
): Promise<Looked> {
	const {compilers} = parts.rust;
	const known = await compilers.known(request, command);
	if (known !== undefined) {
		const stamps = await shim.stat([...known.files, ...paths]);
		const ofCompiler = known.files.length * stampBytes;
		if (stamps.subarray(0, ofCompiler).equals(known.stamps)) {
			return {compiler: known, stamps: stamps.subarray(ofCompiler)};
		}
	}
	const compiler = await shim.reassured(() => compilers.probe(shim, request, command));
	return {compiler, stamps: await shim.stat(paths)};
}

const about = (command: RustCommand) => ({
	family: command.program,
	language: 'rust',
	source: command.crateName,
});

async function serve(unit: RustUnit): Promise<Verdict | undefined> {
	const manifest = await rustLookup(unit);
	const entry = manifest && unit.parts.store.get(manifest.resultKey);
	if (entry === undefined || !serveRustHit(unit, entry)) {
		if (manifest !== undefined) unit.trail.lookup = 'unusable';
		return undefined;
	}
	return {
		...about(unit.command),
		outcome: 'directHit',
		savedFromMs: entry.compileMs,
		sizeBytes: bytesOf(entry),
	};
}

/** The disk knows nothing of it: a shared store may. */
async function serveShared(unit: RustUnit): Promise<Verdict | undefined> {
	const found = await findShared(rustTraveller(unit), unit.directKey, manifests =>
		firstRustThatHolds(unit, manifests),
	);
	if (found === undefined || !serveRustHit(unit, found.entry)) return undefined;
	const {entry, tier} = found;
	return {
		...about(unit.command),
		outcome: 'directHit',
		savedFromMs: entry.facts.compileMs,
		sizeBytes: bytesOf(entry),
		...{tier, entry, explanation: explainRust(unit)},
	};
}

/** The same crate is being compiled: its result will do. */
async function serveAfterTwin(unit: RustUnit): Promise<Verdict | undefined> {
	const twin = unit.parts.inFlight.twin(unit.directKey);
	if (twin === undefined) return undefined;
	await unit.shim.reassured(() => twin);
	return serve(unit);
}

async function miss(unit: RustUnit, recached: boolean): Promise<Verdict> {
	const {outcome, where} = await compileSomewhere(
		rustTraveller(unit),
		unit.parts.distribution,
		() => compileRustHere(unit),
	);
	const what = {
		...about(unit.command),
		...where,
		waitedMs: unit.trail.waitedMs,
		explanation: explainRust(unit),
	};
	return verdictOn(what, outcome, recached);
}
