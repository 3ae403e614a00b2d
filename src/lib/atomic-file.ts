import {closeSync, fsyncSync, openSync, renameSync, unlinkSync, writevSync} from 'node:fs';

export interface AtomicWrite {
	/** Where the bytes wait until they are complete: on the same file system, and not there yet. */
	readonly temp: string;
	/** Before the umask. */
	readonly mode: number;
	/** Waits for the disk: for what must survive a power loss. */
	readonly sync?: boolean;
}

/** Writes a file that others see whole or not at all. The temp is removed when anything fails. */
export function writeFileAtomic(path: string, chunks: readonly Buffer[], {temp, mode, sync}: AtomicWrite): void {
	const file = openSync(temp, 'wx', mode);
	try {
		try {
			writeAll(file, chunks);
			if (sync) fsyncSync(file);
		} finally {
			closeSync(file);
		}
		renameSync(temp, path);
	} catch (error) {
		unlinkSync(temp);
		throw error;
	}
}

/** A full disk shows as a short write first and as an error on the next. */
function writeAll(file: number, chunks: readonly Buffer[]): void {
	let rest = chunks.filter(chunk => chunk.length > 0);
	while (rest.length > 0) rest = remaining(rest, writevSync(file, rest));
}

function remaining(chunks: readonly Buffer[], written: number): Buffer[] {
	let skip = written;
	let index = 0;
	for (; index < chunks.length; index++) {
		const {length} = chunks[index] as Buffer;
		if (skip < length) break;
		skip -= length;
	}
	const [first, ...others] = chunks.slice(index);
	return first === undefined ? [] : [first.subarray(skip), ...others];
}
