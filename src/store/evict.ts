import type {BlobFiles} from './blob-files.js';
import type {CacheIndex} from './cache-index.js';
import {inTransaction} from './transaction.js';

/** Evicting goes down to this share of the limit, so that it is not needed again at once. */
const lowMark = 0.9;
/** Other writers get their turn in between. */
const entriesAStep = 256;

/** Removes what was not used for longest, until the cache is down to the low mark; nothing when it is within its limit. */
export function evict(index: CacheIndex, blobs: BlobFiles, limitBytes: number): void {
	if (index.entries.state().size <= limitBytes) return;
	while (evictStep(index, blobs, limitBytes * lowMark));
}

function evictStep(index: CacheIndex, blobs: BlobFiles, targetBytes: number): boolean {
	return inTransaction(index, () => {
		let {size} = index.entries.state();
		for (const entry of index.entries.leastUsed(entriesAStep)) {
			if (size <= targetBytes) return false;
			index.entries.remove(entry.resultKey);
			blobs.remove(entry.resultKey);
			size -= entry.size;
		}
		return size > targetBytes && index.entries.state().entries > 0;
	});
}
