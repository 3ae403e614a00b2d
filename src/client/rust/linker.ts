import {isAbsolute, join} from 'node:path/posix';
import {findBehind, wrapperBehind} from '../../links/find-compilers.js';
import type {CompileRequest} from '../../protocol/frames.js';
import type {RustCommand} from '../../rustc/command.js';
import {askProgram} from '../ask-program.js';
import {closureOf, onPath, probeFailed} from '../program-files.js';
import type {ShimConnection} from '../shim-connection.js';

/** Every program and library that links, the compiler that drives them first. Throws COMPILER_PROBE_FAILED. */
export async function linkerFiles(
	shim: ShimConnection,
	request: CompileRequest,
	command: RustCommand,
): Promise<readonly string[]> {
	const program = realLinker(request, command.linker ?? 'cc');
	const used = command.linkArgs.flatMap(arg => /^-fuse-ld=(\w+)$/.exec(arg)?.[1] ?? []);
	const names = ['collect2', 'ld', 'lto-wrapper', ...used.flatMap(name => [name, `ld.${name}`])];
	const programs = await Promise.all(names.map(name => ask(`-print-prog-name=${name}`)));
	const plugin = await ask('-print-file-name=liblto_plugin.so');
	return [
		...closureOf(request, program),
		...programs.flatMap(name => found(request, name)).flatMap(path => closureOf(request, path)),
		...(isAbsolute(plugin) ? [plugin] : []),
	];

	async function ask(question: string): Promise<string> {
		return (await askProgram(shim, program, [question])).stdout.trim();
	}
}

/** A driver prints the name as it was asked for when it does not know better; the loader then looks on PATH. */
function found(request: CompileRequest, name: string): readonly string[] {
	if (isAbsolute(name)) return [name];
	try {
		return [onPath(request, name).path];
	} catch {
		return [];
	}
}

function realLinker(request: CompileRequest, name: string): string {
	const path = name.includes('/')
		? isAbsolute(name)
			? name
			: join(request.cwd, name)
		: findBehind(request.env.get('PATH') ?? '', name, '');
	if (path === undefined || wrapperBehind(path) !== undefined) {
		throw probeFailed(request, `its linker ${name} is not to be found, or behind another wrapper`);
	}
	return path;
}
