import {decodeBlob, decodeFactsOf} from '../blob.js';
import {BlobFiles} from '../blob-files.js';
import type {Entry, EntryFacts, Store} from '../store.js';
import {type ArchivedEntry, foreignFacts} from './archive.js';

export interface Imported {
	readonly entries: number;
	readonly sizeBytes: number;
	/** The cache had them: they stay as they are. */
	readonly known: number;
	/** Damaged, or larger than the whole cache. */
	readonly refused: number;
}

/** Puts the entries of an archive into the store of that folder, each once it is found to be sound. One is in memory at a time. */
export function importEntries(
	entries: Iterable<ArchivedEntry>,
	store: Store,
	dir: string,
	onEntry: (done: number) => void,
): Imported {
	const blobs = new BlobFiles(dir);
	const {limitBytes} = store.usage();
	const counts = {entries: 0, sizeBytes: 0, known: 0, refused: 0};
	let done = 0;
	for (const archived of entries) {
		const {resultKey, manifests, sizeBytes} = archived.head;
		const there = blobs.read(resultKey);
		const isKnown = there !== undefined && decodeBlob(there, resultKey) !== undefined;
		const entry = isKnown || sizeBytes > limitBytes ? undefined : soundEntry(archived);
		onEntry(++done);
		// Of what is there, what leads to it is kept, too.
		const ways = manifests.filter(
			({directKey, manifest}) =>
				manifest.resultKey === resultKey && !(isKnown && store.manifests(directKey).length > 0),
		);
		if (isKnown) counts.known++;
		else if (entry === undefined) {
			counts.refused++;
			continue;
		} else {
			store.put(entry);
			counts.entries++;
			counts.sizeBytes += sizeBytes;
		}
		for (const {directKey, manifest} of ways) store.addManifest(directKey, manifest);
	}
	return counts;
}

/** Whoever wrote the file may have written anything into it. */
function soundEntry({head, blob}: ArchivedEntry): Entry | undefined {
	const {resultKey} = head;
	const bytes = blob();
	try {
		const stored = bytes && decodeBlob(bytes, resultKey);
		if (bytes === undefined || stored === undefined) return undefined;
		const {data} = foreignFacts.safeParse(decodeFactsOf(bytes));
		if (data === undefined) return undefined;
		const {directKey, manifest, preprocessedKey, sourcesDigest, ...facts} = data;
		if (manifest !== undefined && manifest.resultKey !== resultKey) return undefined;
		const all: EntryFacts = {...facts, directKey, manifest, preprocessedKey, sourcesDigest};
		return {resultKey, facts: all, members: stored.members};
	} catch {
		return undefined;
	}
}
