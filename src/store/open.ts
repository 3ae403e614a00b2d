import {DiskStore} from './disk-store.js';
import {type Quotas, usualQuotas} from './eviction-plan.js';
import type {Rebuild, Store} from './store.js';

export interface StoreOptions {
	readonly dir: string;
	/** Bytes of all blobs together. */
	readonly limitBytes: number;
	/** What one package may take when there is no room left. Without it: half of the limit. */
	readonly quotas?: Quotas;
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
	quotas = usualQuotas(limitBytes),
	mode,
	now,
	memoryBytes = 16 << 20,
	onRebuild,
}: StoreOptions): Store {
	return new DiskStore({
		dir,
		limitBytes,
		quotas,
		readOnly: mode === 'READ_ONLY',
		now,
		memoryBytes,
		onRebuild,
	});
}
