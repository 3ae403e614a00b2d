import {readFileSync, type Stats, statSync} from 'node:fs';

/** The name of a variable that the shim reads, and so holds: a sign that survives an upgrade of the program. */
const mark = 'SCCACHE_SERVER_UDS';
/** The shim is a small C program; what is larger is something else. */
const maxShimBytes = 4 * 1024 ** 2;

/** Whether a file is the program, linked, or the program as it was before an upgrade. */
export function isOurs(path: string, program: string): boolean {
	const found = tryStat(path);
	if (!found?.isFile()) return false;
	const own = tryStat(program);
	if (own && own.dev === found.dev && own.ino === found.ino) return true;
	return found.size <= maxShimBytes && holdsMark(path);
}

export function tryStat(path: string): Stats | undefined {
	return statSync(path, {throwIfNoEntry: false});
}

function holdsMark(path: string): boolean {
	const bytes = readFileSync(path);
	return bytes.subarray(0, 4).equals(Buffer.from('\x7fELF')) && bytes.includes(mark);
}
