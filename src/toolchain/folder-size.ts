import {lstat, readdir} from 'node:fs/promises';
import {join} from 'node:path';

/** Bytes of all files below, no link followed; one that has two names counts once. */
export async function folderSizeBytes(
	folder: string,
	seen: Set<string> = new Set(),
): Promise<number> {
	let sizeBytes = 0;
	for (const entry of await readdir(folder, {withFileTypes: true})) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) {
			sizeBytes += await folderSizeBytes(path, seen);
			continue;
		}
		const stat = await lstat(path);
		const file = `${stat.dev} ${stat.ino}`;
		if (!seen.has(file)) sizeBytes += stat.size;
		seen.add(file);
	}
	return sizeBytes;
}
