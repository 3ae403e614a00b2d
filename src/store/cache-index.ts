import type {Sqlite} from '../lib/sqlite.js';
import {Entries} from './entries.js';
import {Manifests} from './manifests.js';
import {Packages} from './packages.js';

/** index.db, open. */
export interface CacheIndex {
	readonly database: Sqlite;
	readonly writable: boolean;
	readonly entries: Entries;
	readonly manifests: Manifests;
	readonly packages: Packages;
}

export function cacheIndex(database: Sqlite, writable: boolean, memoryBytes: number): CacheIndex {
	return {
		database,
		writable,
		entries: new Entries(database),
		manifests: new Manifests(database, memoryBytes),
		packages: new Packages(database),
	};
}
