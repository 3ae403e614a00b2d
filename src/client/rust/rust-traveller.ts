import {createHash} from 'node:crypto';
import {dirname, isAbsolute, join} from 'node:path/posix';
import {rustEnvironment} from '../../key/rust-environment.js';
import {AppError} from '../../lib/errors.js';
import {stampAt, stampModifiedS} from '../../protocol/stamp.js';
import type {DepInfo} from '../../rustc/dep-info.js';
import {variableOfMachine, whyHere} from '../../rustc/elsewhere.js';
import {trimRlib} from '../../rustc/trim-rlib.js';
import type {Entry} from '../../store/store.js';
import {packageOf} from '../compile-here.js';
import type {Distribution} from '../dist/distribution.js';
import type {DigestedFile, DigestedInputs} from '../dist/inputs-there.js';
import type {JobResult} from '../dist/server-link.js';
import {type Job, type Ready, stay, type Traveller} from '../dist/traveller.js';
import {toBytes, toText} from '../dist/utf8.js';
import {withToolchain} from '../dist/with-toolchain.js';
import {kindOf} from '../expected-times.js';
import {isToBeFresh} from '../no-cache.js';
import {runForDepInfo} from './dep-info-run.js';
import {sourcePath} from './explain-rust.js';
import {rustEntry} from './rust-entry.js';
import {gatherRustEvidence} from './rust-evidence.js';
import type {RustUnit} from './rust-unit.js';
import {serveRustHit} from './serve-rust-hit.js';

/** A crate that may be compiled elsewhere. */
export function rustTraveller(unit: RustUnit): Traveller {
	return {
		parts: unit.parts,
		shim: unit.shim,
		kind: kindOf(unit.command.program, 'rust'),
		trail: unit.trail,
		about: {source: unit.command.crateName, shim: unit.request.pid},
		unit: {
			path: sourcePath(unit),
			package: packageOf(unit.request.env.get('PORTAGE_BUILDDIR')),
		},
		isFresh: isToBeFresh(unit.request),
		prepare: distribution => prepare(unit, distribution),
		describe: (_distribution, ready) => describe(unit, ready),
	};
}

function prepare(unit: RustUnit, distribution: Distribution): Ready {
	const {command, compiler, request} = unit;
	if (request.env.has('SCCACHE_NO_DIST')) return stay('SCCACHE_NO_DIST');
	const reason = whyHere(command);
	if (reason !== undefined) return stay(reason);
	if (unit.saysToTerminal) return stay('diagnostics for a terminal');
	return withToolchain(distribution, compiler, command.args);
}

async function describe(unit: RustUnit, {executable, args}: Ready): Promise<Job | string> {
	const {command, request} = unit;
	const run = await runForDepInfo(unit, true);
	if (run === undefined) return 'dependencies not known';
	const crates = run.depInfo.sources.filter(path => isCrate(unit, path));
	const depInfo: DepInfo = {
		sources: run.depInfo.sources.filter(path => !crates.includes(path)),
		variables: new Map([...run.depInfo.variables].filter(([name]) => name !== bootstrap)),
	};
	const odd = variableOfMachine([...depInfo.variables.keys(), ...unit.macroVariables]);
	if (odd !== undefined) return `the crate reads ${odd}`;
	const evidence = await gatherRustEvidence(unit, depInfo, [], run.startedNs);
	if (evidence.kind === 'uncacheable') return evidence.reason;
	const sources = await filesOf(unit, [...depInfo.sources, ...(await settings(unit))]);
	const others = await cratesOf(unit, crates);
	const inputs: DigestedInputs = {
		files: [...sources, ...others],
		folders: [request.cwd, ...command.outputs.map(({path}) => dirname(absolute(unit, path)))],
	};
	return {
		request: {
			command: {
				executable,
				arguments: args.map(toText),
				envVars: environment(unit, depInfo),
				cwd: toText(request.cwd),
			},
			outputs: command.outputs.map(({path}) => toText(path)),
		},
		inputs,
		isForeseen: false,
		sized: {family: 'rustc', sizeBytes: sources.reduce((sum, {bytes}) => sum + bytes.length, 0)},
		finish: (result, {server}, times) => finish(unit, evidence, result, server, times),
	};
}

/** Set for the run that names the crates, and not for the compile. */
const bootstrap = 'RUSTC_BOOTSTRAP';

/** A file that is a crate, and not the content of one (`include_bytes!`). */
function isCrate({command, compiler}: RustUnit, path: string): boolean {
	if (!/\.(?:rlib|rmeta|so)$/.test(path)) return false;
	const folders = command.searchPaths.map(search => join(search.path));
	return (
		compiler.files.includes(path) ||
		command.externs.some(({path: extern}) => extern === path) ||
		folders.includes(dirname(join(path)))
	);
}

/** What macros read of the package (`proc-macro-crate`). */
async function settings({request, shim}: RustUnit): Promise<readonly string[]> {
	const folder = request.env.get('CARGO_MANIFEST_DIR');
	if (folder === undefined) return [];
	const path = join(folder, 'Cargo.toml');
	return (await shim.stat([path])).readUInt32LE(44) === 0 ? [path] : [];
}

const absolute = ({request}: RustUnit, path: string): string =>
	isAbsolute(path) ? join(path) : join(request.cwd, path);

/** Throws AppError INPUTS_UNSENDABLE. */
async function filesOf(unit: RustUnit, paths: readonly string[]): Promise<DigestedFile[]> {
	const {shim, parts} = unit;
	const all = [...new Set([...paths, ...unit.command.extraInputs, ...unit.staticLibraries])];
	const stamps = Buffer.from(await shim.stat(all));
	const contents = await parts.rust.sources.contents(shim, all, stamps);
	return all.map((path, index) => {
		const content = contents[index];
		if (content === undefined) throw unsendable(`${path} can't be read`);
		return {
			path: absolute(unit, path),
			mode: 0o644,
			mtimeS: stampModifiedS(stampAt(stamps, index)),
			...content,
		};
	});
}

/** The crates that are not in the toolchain; of each as little as the compile of a library reads. */
async function cratesOf(unit: RustUnit, crates: readonly string[]): Promise<DigestedFile[]> {
	const {shim, parts, command, compiler} = unit;
	const named = new Set(command.externs.map(({path}) => path));
	const own = crates.filter(path => !compiler.files.includes(path));
	const needed = own.filter(
		path =>
			named.has(path) ||
			!path.endsWith('.rlib') ||
			!own.includes(path.replace(/\.rlib$/, '.rmeta')),
	);
	const stamps = Buffer.from(await shim.stat(needed));
	const contents = await parts.rust.sources.contents(shim, needed, stamps);
	return needed.map((path, index) => {
		const content = contents[index];
		if (content === undefined) throw unsendable(`${path} can't be read`);
		const trimmed = path.endsWith('.rlib') ? trimRlib(content.bytes) : content.bytes;
		if (trimmed === undefined) throw unsendable(`${path} is no Rust library`);
		return {
			path: absolute(unit, path),
			mode: path.endsWith('.so') ? 0o755 : 0o644,
			mtimeS: stampModifiedS(stampAt(stamps, index)),
			bytes: trimmed,
			digest:
				trimmed === content.bytes
					? content.digest
					: createHash('sha256').update(trimmed).digest('hex'),
		};
	});
}

/** Cargo's variables, and whatever else the crate or its macros ask for. */
function environment(
	{request, command, macroVariables}: RustUnit,
	{variables}: DepInfo,
): readonly (readonly [string, string])[] {
	const asked = [...variables.keys(), ...macroVariables].flatMap(name => {
		const value = request.env.get(name);
		return value === undefined ? [] : [`${name}=${value}`];
	});
	return [...new Set([...rustEnvironment(request.env, command.links), ...asked])].map(pair => {
		const equals = pair.indexOf('=');
		return [toText(pair.slice(0, equals)), toText(pair.slice(equals + 1))] as const;
	});
}

function finish(
	unit: RustUnit,
	evidence: Parameters<typeof rustEntry>[1],
	{output, outputs}: JobResult,
	server: string,
	times: {readonly atMs: number; readonly compileMs: number},
): Entry {
	if (output.code !== 0) {
		throw new AppError('REMOTE_COMPILE_FAILED', `rustc ended with ${output.code} there`);
	}
	const byName = new Map([...outputs].map(([name, bytes]) => [toBytes(name), bytes]));
	const made = unit.command.outputs.map(({kind, path}) => {
		const bytes = byName.get(path);
		if (bytes === undefined) {
			throw new AppError('REMOTE_OUTPUT_MISSING', `rustc made no ${kind} there`);
		}
		return bytes;
	});
	const {stdout, stderr} = output;
	const entry = rustEntry(unit, evidence, {outputs: made, stdout, stderr}, times);
	if (typeof entry === 'string' || !serveRustHit(unit, entry)) {
		throw new AppError('SERVER_FAILED', `${server} sent what can't be used`);
	}
	return entry;
}

function unsendable(why: string): AppError {
	return new AppError('INPUTS_UNSENDABLE', why);
}
