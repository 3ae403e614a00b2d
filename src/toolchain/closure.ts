import {closeSync, existsSync, openSync, readdirSync, readFileSync, readSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {type ElfNeeds, elfNeeds} from './elf.js';
import {libraryFolders} from './library-folders.js';

/** A library that a program needs and that is nowhere to be found. */
export class MissingLibraryError extends Error {
	override readonly name = 'MissingLibraryError';
	readonly library: string;

	constructor(library: string, needer: string) {
		super(`${needer} needs ${library}, which is in none of the library folders`);
		this.library = library;
	}
}

/**
 * The program and every library that the loader would map for it (DT_NEEDED, RPATH, RUNPATH, PT_INTERP, hwcaps variants).
 * Throws MissingLibraryError. A file that is not ELF is its own closure.
 */
export function libraryClosure(
	program: string,
	libraryPath: readonly string[] = [],
): readonly string[] {
	const found = new Set<string>([program]);
	const folders = libraryFolders();
	const pending = [program];
	for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
		const needs = readNeeds(file);
		if (needs === undefined) {
			continue;
		}
		const {interpreter} = needs;
		const reached = needs.needed.flatMap(name =>
			locate(name, file ?? '', needs, libraryPath, folders),
		);
		for (const next of interpreter === undefined ? reached : [...reached, interpreter]) {
			if (!found.has(next)) {
				found.add(next);
				pending.push(next);
			}
		}
	}
	return [...found];
}

/** The headers and dynamic section may lie anywhere, so the whole file is read, but only when it is ELF. */
function readNeeds(file: string): ElfNeeds | undefined {
	const magic = Buffer.alloc(4);
	const fd = openSync(file, 'r');
	try {
		readSync(fd, magic, 0, 4, 0);
	} finally {
		closeSync(fd);
	}
	return magic.readUInt32BE(0) === 0x7f454c46 ? elfNeeds(readFileSync(file)) : undefined;
}

function locate(
	name: string,
	needer: string,
	needs: ElfNeeds,
	libraryPath: readonly string[],
	folders: readonly string[],
): string[] {
	if (name.includes('/')) {
		return [name];
	}
	const origin = dirname(needer);
	const own = [...(needs.runpath.length > 0 ? [] : needs.rpath), ...libraryPath, ...needs.runpath];
	const candidates = [
		...own.map(folder => folder.replaceAll(/\$ORIGIN|\$\{ORIGIN\}/g, origin)),
		...folders,
	];
	for (const folder of candidates) {
		const file = join(folder, name);
		if (existsSync(file) && sameKind(file, needs)) {
			return [file, ...hardwareVariants(folder, name)];
		}
	}
	throw new MissingLibraryError(name, needer);
}

/** A folder may hold the 32-bit library of the same name: the loader skips it, and so do we. */
function sameKind(file: string, needs: ElfNeeds): boolean {
	const header = Buffer.alloc(64);
	const fd = openSync(file, 'r');
	try {
		readSync(fd, header, 0, 64, 0);
	} finally {
		closeSync(fd);
	}
	if (header.readUInt32BE(0) !== 0x7f454c46) {
		return false;
	}
	const machine = header[5] === 1 ? header.readUInt16LE(18) : header.readUInt16BE(18);
	return machine === needs.machine && (header[4] === 2 ? 64 : 32) === needs.bits;
}

/** glibc-hwcaps: which one is taken depends on the CPU, so all count. */
function hardwareVariants(folder: string, name: string): string[] {
	const root = join(folder, 'glibc-hwcaps');
	if (!existsSync(root)) {
		return [];
	}
	return readdirSync(root)
		.sort()
		.map(level => join(root, level, name))
		.filter(file => existsSync(file));
}
