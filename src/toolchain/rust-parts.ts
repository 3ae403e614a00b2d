import {readdir} from 'node:fs/promises';
import {basename, isAbsolute, join} from 'node:path/posix';
import {type ArchiveEntry, ArchiveTree, isMissing, unpackable} from './archive-tree.js';
import {type AskCompiler, printed} from './ask-compiler.js';
import {addLibraries, addProgram} from './program-parts.js';

/** rustc itself, with Gentoo's slots; what rustup has under this name only leads to one. */
export function isRustc(compiler: string): boolean {
	return /^(?:[\w.]+-)*rustc(?:-bin)?(?:-[\d.]+)?$/.test(basename(compiler));
}

/**
 * rustc, what it loads, and the standard libraries of every target that is installed: all that the compile of a library reads. Sources,
 * documentation, cargo and linkers stay. Throws AppError TOOLCHAIN_UNPACKABLE.
 */
export async function rustEntries(
	ask: AskCompiler,
	compiler: string,
): Promise<readonly ArchiveEntry[]> {
	const sysroot = await printed(ask, compiler, '--print=sysroot');
	if (!isAbsolute(sysroot)) throw unpackable(`${compiler} does not say where it is installed`);
	const tree = new ArchiveTree();
	tree.addEmptyFolder('/tmp');
	await addProgram(tree, compiler);
	const libraries = join(sysroot, 'lib');
	for (const name of await namesIn(libraries)) {
		if (/\.so(?:\.|$)/.test(name)) await addLibraries(tree, join(libraries, name));
	}
	const targets = join(libraries, 'rustlib');
	for (const target of await namesIn(targets)) {
		await tree.addFolderIfThere(join(targets, target, 'lib'));
		await tree.addFolderIfThere(join(targets, target, 'codegen-backends'));
	}
	return tree.entries();
}

async function namesIn(folder: string): Promise<readonly string[]> {
	try {
		return (await readdir(folder)).sort();
	} catch (error) {
		if (isMissing(error)) return [];
		throw error;
	}
}
