import {realpath} from 'node:fs/promises';
import {dirname, isAbsolute} from 'node:path/posix';
import {type ArchiveEntry, ArchiveTree, isMissing, unpackable} from './archive-tree.js';
import {type AskCompiler, searchPath} from './ask-compiler.js';
import {addClangParts} from './clang-parts.js';
import {type Driver, driverFamily, installationOf} from './driver-family.js';
import {addGccParts} from './gcc-parts.js';
import {addProgram, isElf} from './program-parts.js';
import {isRustc, rustEntries} from './rust-parts.js';
import {type OnProgress, type WrittenArchive, writeArchive} from './write-archive.js';

export interface PackRequest {
	/** Absolute. */
	readonly compiler: string;
	readonly ask: AskCompiler;
	/** Where other names of the compiler, and its assembler, are looked for. */
	readonly folders?: readonly string[];
	readonly onProgress?: OnProgress;
}

/** Goes up whenever what is packed changes: an archive made by an earlier version is then made anew. */
export const packVersion = 1;

/**
 * Packs a compiler with all that its compiles need, for C and C++ alike, into a new file. Equal hosts get equal bytes.
 * Throws AppError TOOLCHAIN_UNPACKABLE, with the reason, and then leaves no file.
 */
export async function packToolchain(request: PackRequest, file: string): Promise<WrittenArchive> {
	return writeArchive(await toolchainEntries(request), file, request.onProgress);
}

/** What goes into the archive. Throws AppError TOOLCHAIN_UNPACKABLE. */
export async function toolchainEntries({
	compiler,
	ask,
	folders = searchPath,
}: PackRequest): Promise<readonly ArchiveEntry[]> {
	try {
		if (isRustc(compiler)) return await rustEntries(ask, compiler);
		const {versionText, ...driver} = await identify(ask, compiler);
		const tree = new ArchiveTree();
		tree.addEmptyFolder('/tmp');
		for (const path of await driverFamily(ask, driver, folders)) await addProgram(tree, path);
		await addWrapped(tree, ask, driver, versionText);
		if (driver.family === 'clang') await addClangParts(tree, ask, compiler, versionText);
		else await addGccParts(tree, ask, compiler, versionText, folders);
		return tree.entries();
	} catch (error) {
		if (!isMissing(error) && (error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
		throw unpackable(`${compiler} can't be read whole: ${(error as Error).message}`, error);
	}
}

async function identify(
	ask: AskCompiler,
	compiler: string,
): Promise<Driver & {readonly versionText: string}> {
	if (!(await isElf(compiler)))
		throw unpackable(`${compiler} is a script or no program, and what it runs is not known`);
	const {stderr: versionText} = await ask([compiler, '-v']);
	const family = /\bclang version /.test(versionText)
		? 'clang'
		: /^gcc version /m.test(versionText)
			? 'gcc'
			: undefined;
	if (family === undefined) throw unpackable(`${compiler} is neither gcc nor clang`);
	const installation = await installationOf(ask, family, await realpath(compiler));
	if (installation === undefined)
		throw unpackable(`${compiler} does not say where it is installed`);
	return {family, path: compiler, installation, versionText};
}

/** gcc-config may put a program of its own under the compiler's name, which finds the real one by its configuration. */
async function addWrapped(
	tree: ArchiveTree,
	ask: AskCompiler,
	driver: Driver,
	versionText: string,
): Promise<void> {
	const [, real = ''] = /^COLLECT_GCC=(.+)$/m.exec(versionText) ?? [];
	if (!isAbsolute(real) || (await realpath(real)) === (await realpath(driver.path))) return;
	for (const path of await driverFamily(ask, {...driver, path: real}, [dirname(real)]))
		await addProgram(tree, path);
	await tree.addFolderIfThere('/etc/env.d/gcc');
}
