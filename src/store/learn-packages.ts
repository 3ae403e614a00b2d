import type {BlobFiles} from './blob-files.js';
import type {CacheIndex} from './cache-index.js';
import {inTransaction} from './transaction.js';

/** So that a compile never waits long for a step. */
const blobsAStep = 64;

/** One step: some entries from before the index knew of packages are asked for theirs. False when there is nothing left to do. */
export function learnPackages(index: CacheIndex, blobs: BlobFiles): boolean {
	const {entries, packages} = index;
	if (packages.unknown(1).length === 0) return false;
	inTransaction(index, () => {
		for (const resultKey of packages.unknown(blobsAStep)) {
			const found = blobs.summary(resultKey);
			if (found !== undefined) packages.learn(resultKey, found.facts.package);
			else {
				entries.remove(resultKey);
				blobs.remove(resultKey);
			}
		}
	});
	return true;
}
