import {readdirSync, realpathSync} from 'node:fs';
import {basename, dirname, isAbsolute, join, relative} from 'node:path/posix';
import type {CompileRequest} from '../../protocol/frames.js';
import type {RustCommand} from '../../rustc/command.js';
import {localStamp} from '../../toolchain/program-digest.js';
import {askProgram} from '../ask-program.js';
import {Probes} from '../probes.js';
import {
	closureOf,
	compilerDigest,
	type ProgramDigests,
	probeFailed,
	programDigests,
} from '../program-files.js';
import type {ShimConnection} from '../shim-connection.js';
import {linkerFiles} from './linker.js';

/** What really compiles behind rustc's name. */
export interface RustCompiler {
	/** Digest over the driver, its libraries, the target's libraries and, where one runs, the linker. */
	readonly digest: string;
	/** What that digest is of. */
	readonly programs: ProgramDigests;
	readonly files: readonly string[];
	/** Their stamps: while the shim sees the same, the rest holds. */
	readonly stamps: Buffer;
	/** The driver itself, whatever led to it. */
	readonly program: string;
	/** What -C target-cpu=native means on this CPU. */
	readonly nativeExpansion: readonly string[];
}

/** Knows the Rust compilers; asks each once, through the shim, and again when one of its files changes. */
export class RustCompilers {
	readonly #compilers = new Probes<RustCompiler>(64);

	/** Undefined until `probe` has run. */
	async known(request: CompileRequest, command: RustCommand): Promise<RustCompiler | undefined> {
		return this.#compilers.known(probeKey(request, command));
	}

	/** Throws AppError COMPILER_PROBE_FAILED. */
	async probe(
		shim: ShimConnection,
		request: CompileRequest,
		command: RustCommand,
	): Promise<RustCompiler> {
		const probe = () => probeCompiler(shim, request, command);
		return this.#compilers.ask(probeKey(request, command), probe);
	}
}

/** Everything that the probe's answer depends on but the files themselves. */
function probeKey(request: CompileRequest, command: RustCommand): string {
	const {env} = request;
	return [
		request.compiler,
		command.program,
		...command.identityArgs,
		'',
		String(command.native),
		...['LD_LIBRARY_PATH', 'RUSTUP_HOME', 'RUSTUP_TOOLCHAIN', 'HOME'].map(
			name => env.get(name) ?? '',
		),
		env.has('RUSTUP_TOOLCHAIN') && command.identityArgs.length === 0 ? '' : request.cwd,
		...(command.links
			? [command.linker ?? '', env.get('PATH') ?? '', ...command.linkArgs, request.cwd]
			: []),
	].join('\0');
}

async function probeCompiler(
	shim: ShimConnection,
	request: CompileRequest,
	command: RustCommand,
): Promise<RustCompiler> {
	const {stdout, exitCode} = await askRustc(shim, request, command, [
		'--print=sysroot',
		'--print=target-libdir',
	]);
	const [sysroot = '', libraries = ''] = stdout.split('\n');
	if (exitCode !== 0 || !isAbsolute(sysroot) || !isAbsolute(libraries)) {
		throw probeFailed(request, 'it does not say where its libraries are');
	}
	const proxy = proxyFiles(request);
	const program =
		proxy === undefined
			? realpathSync(request.compiler)
			: join(sysroot, 'bin', driverName(command.program));
	const programs = [
		...closureOf(request, program),
		...sharedObjects(join(sysroot, 'lib')),
		...filesBelow(libraries),
		...(command.links
			? [
					...filesBelow(join(dirname(libraries), 'bin')),
					...(await linkerFiles(shim, request, command)),
				]
			: []),
	];
	const files = [...new Set(programs)];
	const watched = [...new Set([...files, ...(proxy ?? [])])];
	const digests = await programDigests(files);
	return {
		digest: compilerDigest(digests, [], file => nameWithin(sysroot, file)),
		programs: digests,
		files: watched,
		stamps: Buffer.concat(watched.map(localStamp)),
		program,
		nativeExpansion: command.native ? await nativeExpansion(shim, request, command) : [],
	};
}

const driverName = (program: RustCommand['program']): string =>
	program === 'rustc' ? 'rustc' : 'clippy-driver';

/** The same Rust is the same wherever it is installed. */
function nameWithin(sysroot: string, file: string): string {
	return file.startsWith(`${sysroot}/`) ? relative(sysroot, file) : file;
}

function askRustc(
	shim: ShimConnection,
	request: CompileRequest,
	command: RustCommand,
	args: readonly string[],
) {
	const behind = command.program === 'clippy' ? ['rustc'] : [];
	return askProgram(shim, request.compiler, [...behind, ...command.identityArgs, ...args]);
}

/**
 * rustup's proxy chooses a toolchain: by RUSTUP_TOOLCHAIN, by a file in the folder or one above, or by its settings (rustup book,
 * "Overrides"). Those files; undefined when the compiler is no proxy.
 */
function proxyFiles(request: CompileRequest): readonly string[] | undefined {
	const real = realpathSync(request.compiler);
	if (!/^rustup(?:-init)?$/.test(basename(real))) return undefined;
	const home = request.env.get('RUSTUP_HOME') ?? join(request.env.get('HOME') ?? '/', '.rustup');
	const files = [real, join(home, 'settings.toml')];
	if (request.env.has('RUSTUP_TOOLCHAIN')) return files;
	for (let folder = request.cwd; ; folder = dirname(folder)) {
		files.push(join(folder, 'rust-toolchain'), join(folder, 'rust-toolchain.toml'));
		if (dirname(folder) === folder) return files;
	}
}

function sharedObjects(folder: string): readonly string[] {
	return filesIn(folder).filter(path => /\.so(?:\.|$)/.test(basename(path)));
}

function filesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder, {withFileTypes: true})
			.filter(entry => !entry.isDirectory())
			.map(entry => join(folder, entry.name))
			.sort();
	} catch {
		return [];
	}
}

function filesBelow(folder: string): readonly string[] {
	try {
		return readdirSync(folder, {withFileTypes: true, recursive: true})
			.filter(entry => !entry.isDirectory())
			.map(entry => join(entry.parentPath ?? entry.path, entry.name))
			.sort();
	} catch {
		return [];
	}
}

/** The features that code may ask about, and the CPU by whose costs instructions are chosen. */
async function nativeExpansion(
	shim: ShimConnection,
	request: CompileRequest,
	command: RustCommand,
): Promise<readonly string[]> {
	const cfg = await askRustc(shim, request, command, ['-Ctarget-cpu=native', '--print=cfg']);
	const cpus = await askRustc(shim, request, command, ['--print=target-cpus']);
	const native = cpus.stdout.split('\n').filter(line => /^\s*native\s/.test(line));
	if (cfg.exitCode !== 0 || native.length === 0) {
		throw probeFailed(request, 'it does not say what -C target-cpu=native means');
	}
	return [cfg.stdout, ...native];
}
