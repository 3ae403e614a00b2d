import {closeSync, openSync, rmSync, writevSync} from 'node:fs';

/** Writes a file whole or not at all, under a name from which a rename puts it in place. `mode` is before the umask. */
export function stageFile(path: string, chunks: readonly Buffer[], mode: number): void {
	const file = openSync(path, 'wx', mode);
	try {
		try {
			writeAll(file, chunks);
		} finally {
			closeSync(file);
		}
	} catch (error) {
		rmSync(path, {force: true});
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
