import type {BlobFiles} from './blob-files.js';
import type {CacheIndex} from './cache-index.js';
import {type Cut, lowMark, planEviction, type Quotas} from './eviction-plan.js';
import {inTransaction} from './transaction.js';

/** Other writers get their turn in between. */
const entriesAStep = 256;

/** Removes entries until the cache is down to the low mark; nothing when it is within its limit. */
export function evict(
	index: CacheIndex,
	blobs: BlobFiles,
	limitBytes: number,
	quotas: Quotas,
): void {
	if (index.entries.state().size <= limitBytes) return;
	for (const cut of planEviction(index.packages.sums(), limitBytes, quotas)) {
		let leftBytes = cut.sizeBytes;
		while (leftBytes > 0) {
			const goneBytes = evictStep(index, blobs, {...cut, sizeBytes: leftBytes}, limitBytes);
			if (goneBytes === 0) break;
			leftBytes -= goneBytes;
		}
	}
	index.entries.forgetEvicted();
}

/** The bytes that went; 0: there is nothing to do any more. Another process may have been at it, too. */
function evictStep(
	index: CacheIndex,
	blobs: BlobFiles,
	{name, proven, sizeBytes}: Cut,
	limitBytes: number,
): number {
	return inTransaction(index, () => {
		const mostBytes = Math.min(sizeBytes, index.entries.state().size - limitBytes * lowMark);
		let goneBytes = 0;
		for (const entry of index.entries.leastUsed(proven, name, entriesAStep)) {
			if (goneBytes >= mostBytes) break;
			index.entries.evict(entry.resultKey);
			blobs.remove(entry.resultKey);
			goneBytes += entry.size;
		}
		return goneBytes;
	});
}
