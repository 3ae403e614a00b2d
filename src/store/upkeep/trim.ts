import type {UsedEntry} from '../entries.js';
import {sweepInterned} from '../sweep.js';
import {inTransaction} from '../transaction.js';
import type {CacheFolder} from './cache-folder.js';

/** Other writers get their turn in between. */
const entriesAStep = 256;

/** What is to go. Of the packages that are meant: what was not used since then, and more until they take no more than so much. */
export interface TrimChoice {
	/** CATEGORY/PF, or empty; undefined: all. */
	readonly isMeant: ((version: string) => boolean) | undefined;
	readonly unusedSinceMs: number | undefined;
	readonly maxBytes: number | undefined;
}

export interface Trimmed {
	readonly entries: number;
	readonly sizeBytes: number;
}

/** Takes them in the order in which they come. `entries` is asked twice. */
function planTrim(
	entries: () => Iterable<UsedEntry>,
	{isMeant = () => true, unusedSinceMs, maxBytes}: TrimChoice,
): readonly UsedEntry[] {
	const goesAnyway = ({lastUsedMs}: UsedEntry) =>
		unusedSinceMs === undefined ? maxBytes === undefined : lastUsedMs < unusedSinceMs;
	let excessBytes = -(maxBytes ?? Number.POSITIVE_INFINITY);
	for (const entry of entries()) {
		if (isMeant(entry.version) && !goesAnyway(entry)) excessBytes += entry.size;
	}
	const chosen: UsedEntry[] = [];
	for (const entry of entries()) {
		if (!isMeant(entry.version)) continue;
		if (goesAnyway(entry)) chosen.push(entry);
		else if (excessBytes > 0) {
			chosen.push(entry);
			excessBytes -= entry.size;
		}
	}
	return chosen;
}

/** What went, or would go. */
export function trim(
	{index, blobs}: CacheFolder,
	choice: TrimChoice,
	{dryRun}: {readonly dryRun: boolean},
): Trimmed {
	const chosen = planTrim(() => index.entries.inOrder(), choice);
	for (let from = 0; from < chosen.length && !dryRun; from += entriesAStep) {
		inTransaction(index, () => {
			for (const {resultKey} of chosen.slice(from, from + entriesAStep)) {
				index.entries.remove(resultKey);
				blobs.remove(resultKey);
			}
		});
	}
	if (!dryRun) sweepInterned(index);
	return {
		entries: chosen.length,
		sizeBytes: chosen.reduce((sum, {size}) => sum + size, 0),
	};
}
