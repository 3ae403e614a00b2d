import {DiskStore} from './disk-store.js';
import type {Rebuild, Store} from './store.js';

export interface StoreOptions {
	readonly dir: string;
	/** Bytes of all blobs together. */
	readonly limitBytes: number;
	readonly mode: 'READ_WRITE' | 'READ_ONLY';
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** About how much decoded manifests may take. */
	readonly memoryBytes?: number;
	/** How far it is with an index that is made anew from what is in the folder. */
	readonly onRebuild?: (rebuild: Rebuild) => void;
}

/**
 * Opens the cache in a folder, which is created. Never throws: what can't be opened answers misses and is tried again.
 * Several threads and processes may have the same folder open, each through a store of its own.
 */
export function openStore({
	dir,
	limitBytes,
	mode,
	now,
	memoryBytes = 16 << 20,
	onRebuild,
}: StoreOptions): Store {
	return new DiskStore({
		dir,
		limitBytes,
		readOnly: mode === 'READ_ONLY',
		now,
		memoryBytes,
		onRebuild,
	});
}
