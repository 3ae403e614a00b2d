import {type FileHandle, open} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path/posix';
import {setImmediate as breathe} from 'node:timers/promises';
import {type ArchiveTree, unpackable} from './archive-tree.js';
import {libraryClosure, MissingLibraryError} from './closure.js';

/**
 * Adds a program and its libraries. The sandbox has no /etc/ld.so.cache (and the loader itself never reads /etc/ld.so.conf), so what
 * the cache would lead to gets a link beside the C library, where every loader looks. Throws AppError TOOLCHAIN_UNPACKABLE.
 */
export async function addProgram(tree: ArchiveTree, program: string): Promise<void> {
	await addLibraries(tree, program);
	if (!(await isElf(program)))
		throw unpackable(`${program} is a script or no program, and what it runs is not known`);
}

/** The same for a library that a program opens on its own. */
export async function addLibraries(tree: ArchiveTree, file: string): Promise<void> {
	await tree.add(file);
	await breathe();
	const closure = closureOf(file);
	for (const library of closure) await tree.add(library);
	const others = closure.slice(1);
	const libc = others.find(library => /^(?:libc\.|ld-musl-)/.test(basename(library)));
	if (libc === undefined) return;
	const folder = await tree.add(dirname(libc));
	for (const library of others) {
		if ((await tree.addIfThere(join(folder, basename(library)))) === undefined)
			tree.addLink(join(folder, basename(library)), library);
	}
	await addMuslPath(tree, others);
}

/** Where musl's loader looks, if that was changed (ldso/dynlink.c). */
async function addMuslPath(tree: ArchiveTree, libraries: readonly string[]): Promise<void> {
	for (const library of libraries) {
		const [, arch] = /^ld-musl-(.+)\.so\.1$/.exec(basename(library)) ?? [];
		if (arch !== undefined) await tree.addIfThere(`/etc/ld-musl-${arch}.path`);
	}
}

function closureOf(file: string): readonly string[] {
	try {
		return libraryClosure(file);
	} catch (error) {
		if (error instanceof MissingLibraryError) throw unpackable(error.message, error);
		if (error instanceof RangeError) throw unpackable(`${file} is cut short`, error);
		throw error;
	}
}

export async function isElf(path: string): Promise<boolean> {
	let file: FileHandle | undefined;
	try {
		file = await open(path, 'r');
		const {buffer, bytesRead} = await file.read(Buffer.alloc(4), 0, 4, 0);
		return bytesRead === 4 && buffer.readUInt32BE(0) === 0x7f454c46;
	} finally {
		await file?.close();
	}
}
