import type {CacheIndex} from '../cache-index.js';
import {inTransaction} from '../transaction.js';

/** Manifests and names that lead to nothing go, and the sums are made those of the rows. */
export function verifyIndex(
	index: CacheIndex,
	dryRun: boolean,
): {readonly dangling: number; readonly corrected: number} {
	const {database} = index;
	const count = (sql: string) => database.prepare(sql).pluck().get() as number;
	// One view of all of it, whatever others write meanwhile.
	const look = database.transaction(() => ({
		broken: [...brokenManifests(index)],
		names: count(`SELECT count(*) FROM names ${ofNoEntry}`),
		corrected: count(
			`SELECT (state.entries, state.size) <> (SELECT count(*), coalesce(sum(size), 0) FROM entries) FROM state`,
		),
	}));
	const {broken, names, corrected} = look.deferred();
	if (!dryRun && broken.length + names + corrected > 0) {
		inTransaction(index, () => {
			for (const id of broken) index.manifests.remove(id);
			database.exec(`
				DELETE FROM names ${ofNoEntry};
				UPDATE state SET (entries, size) = (SELECT count(*), coalesce(sum(size), 0) FROM entries);
			`);
		});
	}
	return {dangling: broken.length + names, corrected};
}

const ofNoEntry = 'WHERE entry NOT IN (SELECT id FROM entries)';

function* brokenManifests({manifests}: CacheIndex): Iterable<number> {
	for (let after = 0; ; ) {
		const page = manifests.broken(after);
		if (page === undefined) return;
		yield* page.ids;
		after = page.last;
	}
}
