import {adoptBlob} from './adopt.js';
import type {BlobFiles} from './blob-files.js';
import type {CacheIndex} from './cache-index.js';
import {unpackIds} from './packed-ids.js';
import {inTransaction} from './transaction.js';

/** Fewer manifests than this leave nothing behind that is worth looking for. */
const fewManifests = 100;

/** Makes index and blobs of one folder agree: a row without blob goes, a blob without row is taken up or goes. */
export function sweepShard(index: CacheIndex, blobs: BlobFiles, shard: number): void {
	inTransaction(index, () => {
		const there = new Set(blobs.keys(shard));
		for (const {resultKey, size} of index.entries.ofShard(shard)) {
			if (!there.delete(resultKey)) index.entries.remove(resultKey);
			else if (size === 0) measure(index, blobs, resultKey);
		}
		for (const key of there) adoptBlob(index, blobs, key);
		for (const name of blobs.strays(shard)) blobs.removeStray(shard, name);
	});
}

/** An entry whose blob was being replaced when its writer ended. */
function measure(index: CacheIndex, blobs: BlobFiles, resultKey: string): void {
	const found = blobs.summary(resultKey);
	if (found !== undefined) {
		index.entries.resize(resultKey, found.sizeBytes);
		return;
	}
	blobs.remove(resultKey);
	index.entries.remove(resultKey);
}

/** Removes paths, versions and sets that no manifest names any more, once enough manifests went. */
export function sweepInterned(index: CacheIndex): void {
	const {database} = index;
	const {manifestsGone} = index.entries.state();
	const left = database.prepare('SELECT count(*) FROM manifests').pluck().get() as number;
	if (manifestsGone < Math.max(fewManifests, left / 2)) return;
	inTransaction(index, () => {
		const marked = markedByManifests(index);
		removeOthers(index, 'file_versions', marked.versions);
		removeOthers(index, 'path_sets', marked.sets);
		removeOthers(index, 'paths', markedPaths(index));
		index.packages.forgetUnused();
		database.exec('UPDATE state SET manifests_gone = 0, sweeps = sweeps + 1');
	});
}

function markedByManifests({database}: CacheIndex) {
	const versions = new Set<number>();
	const sets = new Set<number>();
	const rows = database.prepare('SELECT includes, absent, present FROM manifests').iterate();
	for (const row of rows as Iterable<{includes: Buffer; absent: number; present: number}>) {
		for (const id of unpackIds(row.includes)) versions.add(id);
		sets.add(row.absent).add(row.present);
	}
	return {versions, sets};
}

function markedPaths({database}: CacheIndex): Set<number> {
	const paths = new Set(
		database.prepare('SELECT path FROM file_versions').pluck().all() as number[],
	);
	for (const packed of database.prepare('SELECT paths FROM path_sets').pluck().iterate()) {
		for (const id of unpackIds(packed as Buffer)) paths.add(id);
	}
	return paths;
}

function removeOthers(
	{database}: CacheIndex,
	table: 'file_versions' | 'path_sets' | 'paths',
	kept: ReadonlySet<number>,
): void {
	const ids = database.prepare(`SELECT id FROM ${table}`).pluck().all() as number[];
	const remove = database.prepare(`DELETE FROM ${table} WHERE id = ?`);
	for (const id of ids) {
		if (!kept.has(id)) remove.run(id);
	}
}
