import {closeSync, existsSync, openSync, readdirSync, readSync} from 'node:fs';
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

const pageBytes = 16 * 1024;

/** A compiler is a hundred megabytes, of which the headers, the dynamic section and some names are read. */
function readNeeds(path: string): ElfNeeds | undefined {
	const file = openSync(path, 'r');
	const pages = new Map<number, Buffer>();
	const page = (index: number): Buffer => {
		const known = pages.get(index);
		if (known !== undefined) return known;
		const bytes = Buffer.alloc(pageBytes);
		const read = bytes.subarray(0, readSync(file, bytes, 0, pageBytes, index * pageBytes));
		pages.set(index, read);
		return read;
	};
	try {
		return elfNeeds((offset, length) => {
			const first = Math.floor(offset / pageBytes);
			const last = Math.floor((offset + length - 1) / pageBytes);
			const start = offset - first * pageBytes;
			const bytes = first === last ? page(first) : Buffer.concat([page(first), page(first + 1)]);
			return bytes.subarray(start, start + length);
		});
	} finally {
		closeSync(file);
	}
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
