import {invalid} from './toolchain-invalid.js';

const maxPathBytes = 4095;
const maxNameBytes = 255;

/** The parts of an entry's path below the top; none for the top itself. Throws AppError TOOLCHAIN_INVALID for one that leads elsewhere. */
export function entryParts(path: string): readonly string[] {
	if (path.startsWith('/')) throw invalid(`${shown(path)} is an absolute path`);
	if (path.includes('\0')) throw invalid(`${shown(path)} is no path`);
	const parts = path.split('/').filter(part => part !== '' && part !== '.');
	if (parts.includes('..')) throw invalid(`${shown(path)} leads out of it`);
	const tooLong =
		Buffer.byteLength(path) > maxPathBytes ||
		parts.some(part => Buffer.byteLength(part) > maxNameBytes);
	if (tooLong) throw invalid(`${shown(path)} is too long a path`);
	return parts;
}

/** A path from outside, fit for a message. */
export function shown(path: string): string {
	return JSON.stringify(path.length > 100 ? `${path.slice(0, 100)}...` : path);
}
