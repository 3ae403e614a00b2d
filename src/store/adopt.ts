import type {BlobFiles} from './blob-files.js';
import {shards} from './blob-files.js';
import type {CacheIndex} from './cache-index.js';
import {nameKind} from './entries.js';
import type {EntryFacts} from './store.js';
import {inTransaction} from './transaction.js';

/** So that a compile never waits long for a step. */
const blobsAStep = 64;

/** Within a transaction: everything by which an entry is found. */
export function index(
	{entries, manifests, packages}: CacheIndex,
	resultKey: string,
	facts: EntryFacts,
	sizeBytes: number,
	usedMs: number,
): void {
	const {createdMs, directKey, manifest, preprocessedKey, unitKeys} = facts;
	const id = entries.put(resultKey, sizeBytes, createdMs, usedMs, packages.id(facts.package));
	if (preprocessedKey !== undefined)
		entries.name(nameKind.preprocessed, preprocessedKey, id, createdMs);
	for (const key of unitKeys) entries.name(nameKind.unit, key, id, createdMs);
	if (directKey !== undefined && manifest !== undefined)
		manifests.add(directKey, manifest, id, createdMs);
}

/** Within a transaction: a blob that the index does not know is taken up, or removed when it is damaged. False for a known one. */
export function adoptBlob(into: CacheIndex, blobs: BlobFiles, resultKey: string): boolean {
	if (into.entries.id(resultKey) !== undefined) return false;
	const found = blobs.summary(resultKey);
	if (found === undefined) blobs.remove(resultKey);
	else index(into, resultKey, found.facts, found.sizeBytes, found.modifiedMs);
	return true;
}

/**
 * One step of the rebuild: some blobs, folder by folder. False when there is nothing left to do. Whoever is interrupted, another goes
 * on; several at once take turns.
 */
export function rebuildStep(into: CacheIndex, blobs: BlobFiles): boolean {
	return inTransaction(into, () => {
		const from = into.entries.state().rebuildFrom;
		if (from === null) return false;
		let adopted = 0;
		for (let shard = from; shard < shards; shard++) {
			for (const key of blobs.keys(shard)) {
				if (adoptBlob(into, blobs, key)) adopted++;
				if (adopted < blobsAStep) continue;
				into.entries.rebuiltUpTo(shard);
				return true;
			}
		}
		into.entries.rebuiltUpTo(null);
		return false;
	});
}
