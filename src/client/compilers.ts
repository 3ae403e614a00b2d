import {dirname, isAbsolute, join} from 'node:path/posix';
import type {CompileCommand, Family} from '../compiler/command.js';
import {familyFromVersionText} from '../compiler/family.js';
import {parseProbe} from '../compiler/probe.js';
import {Lru} from '../lib/lru.js';
import type {CompileRequest} from '../protocol/frames.js';
import {withIncludedConfigs} from '../toolchain/config-files.js';
import {localStamp} from '../toolchain/program-digest.js';
import {askProgram} from './ask-program.js';
import {Probes} from './probes.js';
import {
	closureOf,
	compilerDigest,
	type FoundProgram,
	gccConfigFiles,
	isScript,
	onPath,
	type ProgramDigests,
	probeFailed,
	programDigests,
} from './program-files.js';
import type {ShimConnection} from './shim-connection.js';

/** What really compiles behind a compiler's name, and how it looks for headers. */
export interface Compiler {
	/** Digest over every program, library, specs and configuration file that takes part. */
	readonly digest: string;
	/** What that digest is of. */
	readonly programs: ProgramDigests;
	/** Those files, the compiler itself first, and what would be one if it were there. */
	readonly files: readonly string[];
	/** Their stamps: while the shim sees the same, the rest holds. */
	readonly stamps: Buffer;
	readonly searchFolders: readonly string[];
	/** 0 when it does not say. */
	readonly majorVersion: number;
	/** -march=native and the like in this CPU's words. */
	readonly nativeExpansion: readonly string[];
}

/** Undefined: neither gcc nor clang. A script leads to a compiler that meets us again. */
export type ProgramKind = Family | 'script' | undefined;

/** Knows the compilers; asks each once, through the shim, and again when one of its files changes. */
export class Compilers {
	readonly #families = new Lru<string, {readonly stamp: Buffer; readonly family: ProgramKind}>(256);
	readonly #compilers = new Probes<Compiler>(512);

	/** By `--version`, once for each version of the program. */
	async family(shim: ShimConnection, request: CompileRequest): Promise<ProgramKind> {
		const stamp = localStamp(request.compiler);
		const known = this.#families.get(request.compiler);
		if (known?.stamp.equals(stamp) === true) {
			return known.family;
		}
		const family = isScript(request.compiler)
			? 'script'
			: familyFromVersionText((await askProgram(shim, request.compiler, ['--version'])).stdout);
		this.#families.set(request.compiler, {stamp, family});
		return family;
	}

	/** Undefined until `probe` has run. */
	async known(request: CompileRequest, command: CompileCommand): Promise<Compiler | undefined> {
		return this.#compilers.known(probeKey(request, command));
	}

	/** Throws AppError COMPILER_PROBE_FAILED. */
	async probe(
		shim: ShimConnection,
		request: CompileRequest,
		command: CompileCommand,
	): Promise<Compiler> {
		const probe = () => probeCompiler(shim, request, command);
		return this.#compilers.ask(probeKey(request, command), probe);
	}
}

/** Everything that the probe's answer depends on but the files themselves. */
function probeKey(request: CompileRequest, command: CompileCommand): string {
	const env = [
		'COMPILER_PATH',
		'GCC_EXEC_PREFIX',
		'CPATH',
		'C_INCLUDE_PATH',
		'CPLUS_INCLUDE_PATH',
		'LD_LIBRARY_PATH',
		'PATH',
	];
	return [
		request.compiler,
		command.language,
		...command.identityArgs,
		'',
		...command.search.probe,
		'',
		...command.nativeArgs,
		'',
		...env.map(name => request.env.get(name) ?? ''),
		command.search.probe.some(arg => !arg.startsWith('-')) || command.identityArgs.length > 0
			? request.cwd
			: '',
	].join('\0');
}

async function probeCompiler(
	shim: ShimConnection,
	request: CompileRequest,
	command: CompileCommand,
): Promise<Compiler> {
	const {identityArgs, nativeArgs, search, family} = command;
	const language = command.language.startsWith('c++')
		? 'c++'
		: command.language.startsWith('objective')
			? command.language.replace('-cpp-output', '')
			: 'c';
	const probeArgs = [
		...identityArgs,
		...search.probe,
		...nativeArgs,
		'-x',
		language,
		'-E',
		'-v',
		'/dev/null',
	];
	const {stderr, exitCode} = await askProgram(shim, request.compiler, probeArgs);
	if (exitCode !== 0) {
		throw probeFailed(request, `it does not take ${probeArgs.join(' ')}`);
	}
	const facts = parseProbe(family, stderr);
	const helpers = await helperPrograms(shim, request, command);
	const run = [
		request.compiler,
		...(facts.cc1Path === undefined ? [] : [facts.cc1Path]),
		...helpers.map(({path}) => path),
	];
	const files = [
		...new Set([
			...run.flatMap(program => closureOf(request, program)),
			...facts.configFiles.flatMap(file => withIncludedConfigs(file)),
			...(facts.cc1Path === undefined ? [] : [join(dirname(facts.cc1Path), 'specs')]),
		]),
	];
	const watched = [
		...new Set([
			...files,
			...facts.watched.map(path => (isAbsolute(path) ? path : join(request.cwd, path))),
			...helpers.flatMap(({earlier}) => earlier),
			...(family === 'clang' ? gccConfigFiles(sysrootOf(identityArgs)) : []),
		]),
	];
	const programs = await programDigests(files);
	return {
		digest: compilerDigest(programs, facts.versionLines),
		programs,
		files: watched,
		stamps: Buffer.concat(watched.map(localStamp)),
		searchFolders: facts.searchFolders,
		majorVersion: facts.majorVersion,
		nativeExpansion: nativeArgs.length === 0 ? [] : facts.nativeExpansion,
	};
}

function sysrootOf(identityArgs: readonly string[]): string {
	const at = identityArgs.findLastIndex(arg => arg.startsWith('--sysroot'));
	const arg = identityArgs[at];
	if (arg === undefined) return '/';
	return arg === '--sysroot' ? (identityArgs[at + 1] ?? '/') : arg.slice('--sysroot='.length);
}

/** Assembler and objcopy, where the compile runs them. */
async function helperPrograms(
	shim: ShimConnection,
	request: CompileRequest,
	command: CompileCommand,
): Promise<readonly FoundProgram[]> {
	const integrated =
		command.family === 'clang' &&
		!command.identityArgs.some(arg => /^-f?no-integrated-as$/.test(arg));
	const names = [
		...(command.mode === 'object' && !integrated ? ['as'] : []),
		...(command.outputs.some(output => output.kind === 'dwo') && !integrated ? ['objcopy'] : []),
	];
	return Promise.all(
		names.map(async name => {
			const {stdout} = await askProgram(shim, request.compiler, [
				...command.identityArgs,
				`-print-prog-name=${name}`,
			]);
			const path = stdout.trim();
			return isAbsolute(path) ? {path, earlier: []} : onPath(request, path);
		}),
	);
}
