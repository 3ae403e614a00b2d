import {isDeepStrictEqual} from 'node:util';
import {decodeBlob, decodeFactsOf} from '../blob.js';
import {archiveEnd, archiveStart, entryRecord} from './archive.js';
import type {CacheFolder} from './cache-folder.js';

export interface Exported {
	readonly entries: number;
	readonly sizeBytes: number;
	/** Left out, because they are damaged. */
	readonly damaged: number;
}

/** Hands the archive to `write`, piece by piece. `isMeant`: of CATEGORY/PF. */
export function exportEntries(
	{index, blobs}: CacheFolder,
	isMeant: (version: string) => boolean,
	write: (bytes: Buffer) => void,
	onEntry: (done: number, of: number) => void,
): Exported {
	const chosen = [...index.entries.inOrder()]
		.filter(({version}) => isMeant(version))
		.map(({resultKey}) => resultKey);
	let entries = 0;
	let sizeBytes = 0;
	let damaged = 0;
	write(archiveStart());
	for (const [done, resultKey] of chosen.entries()) {
		onEntry(done, chosen.length);
		const blob = blobs.read(resultKey);
		const id = index.entries.id(resultKey);
		// It may have made room meanwhile.
		if (blob === undefined || id === undefined) continue;
		const facts = decodeFactsOf(blob);
		if (facts === undefined || decodeBlob(blob, resultKey) === undefined) {
			damaged++;
			continue;
		}
		// The blob has the first one itself.
		const manifests = index.manifests
			.ofEntry(id)
			.filter(
				({directKey, manifest}) =>
					directKey !== facts.directKey || !isDeepStrictEqual(manifest, facts.manifest),
			);
		for (const bytes of entryRecord({resultKey, manifests}, blob)) write(bytes);
		entries++;
		sizeBytes += blob.length;
	}
	write(archiveEnd(entries));
	return {entries, sizeBytes, damaged};
}
