import type {CacheIndex} from './cache-index.js';

/** All or nothing; writers wait for each other at its beginning. */
export function inTransaction<Result>(
	{database, manifests}: CacheIndex,
	act: () => Result,
): Result {
	try {
		return database.transaction(act).immediate();
	} catch (error) {
		manifests.rolledBack();
		throw error;
	}
}
