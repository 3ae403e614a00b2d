import {adoptBlob} from '../adopt.js';
import {decodeBlob, decodeFactsOf} from '../blob.js';
import {shards} from '../blob-files.js';
import {inTransaction} from '../transaction.js';
import type {CacheFolder} from './cache-folder.js';
import {verifyIndex} from './verify-index.js';

export interface Verified {
	/** Read, and what they should be. */
	readonly entries: number;
	readonly sizeBytes: number;
	/** Blobs that are not what was written. */
	readonly damaged: readonly string[];
	/** Entries whose blob is gone. */
	readonly missing: readonly string[];
	/** Manifests and names that lead to nothing. */
	readonly dangling: number;
	readonly isIndexDamaged: boolean;
	/** Not damage: sound blobs that the index did not know, files that are no blobs, sizes and sums that did not agree. */
	readonly unknown: number;
	readonly strays: number;
	readonly corrected: number;
}

/** By then whoever made room has said so. */
const commitMs = 500;

export interface VerifyOptions {
	/** Only tells. */
	readonly dryRun: boolean;
	/** From 0 to 1, with what was read so far. */
	readonly onProgress: (share: number, entries: number) => void;
}

interface Counts {
	readonly damaged: string[];
	readonly missing: string[];
	entries: number;
	sizeBytes: number;
	unknown: number;
	strays: number;
	corrected: number;
}

/** Reads every blob, and compares folder and index. What is damaged is removed; what is sound and was not found is found again. */
export function verify(folder: CacheFolder, {dryRun, onProgress}: VerifyOptions): Verified {
	const damage = indexDamage(folder);
	const sound = damage === undefined || dryRun ? folder : folder.renew(damage);
	const counts: Counts = {
		damaged: [],
		missing: [],
		entries: 0,
		sizeBytes: 0,
		unknown: 0,
		strays: 0,
		corrected: 0,
	};
	for (let shard = 0; shard < shards; shard++) {
		onProgress(shard / shards, counts.entries);
		verifyShard(sound, shard, counts, dryRun);
	}
	const {dangling, corrected} = verifyIndex(sound.index, dryRun);
	const missing = dryRun ? stillMissing(sound, counts.missing) : counts.missing;
	onProgress(1, counts.entries);
	return {
		...counts,
		missing,
		corrected: counts.corrected + corrected,
		dangling,
		isIndexDamaged: damage !== undefined || folder.isIndexNew,
	};
}

/** Whoever makes room removes the blobs first, and nobody waits for one that only looks. */
function stillMissing({index, blobs}: CacheFolder, keys: readonly string[]): readonly string[] {
	if (keys.length === 0) return [];
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, commitMs);
	return keys.filter(
		key => index.entries.id(key) !== undefined && blobs.identity(key) === undefined,
	);
}

function indexDamage({index}: CacheFolder): Error | undefined {
	const found = index.database.pragma('quick_check(1)', {simple: true});
	return found === 'ok' ? undefined : new Error(String(found));
}

function verifyShard(folder: CacheFolder, shard: number, counts: Counts, dryRun: boolean): void {
	const {index, blobs} = folder;
	const sizes = new Map<string, number>();
	const doubtful: string[] = [];
	for (const name of blobs.keys(shard)) {
		const sizeBytes = soundSize(folder, name);
		if (sizeBytes === undefined) doubtful.push(name);
		else sizes.set(name, sizeBytes);
	}
	// Nothing is written between two looks at the same thing.
	const settle = dryRun
		? (act: () => void) => act()
		: (act: () => void) => inTransaction(index, act);
	settle(() => {
		for (const name of doubtful) settleDoubt(folder, name, sizes, counts, dryRun);
		compareRows(folder, shard, sizes, counts, dryRun);
	});
	for (const name of blobs.strays(shard)) {
		counts.strays++;
		if (!dryRun) blobs.removeStray(shard, name);
	}
	counts.entries += sizes.size;
	for (const sizeBytes of sizes.values()) counts.sizeBytes += sizeBytes;
}

/** Undefined: it is damaged or gone. */
function soundSize({blobs}: CacheFolder, name: string): number | undefined {
	const bytes = blobs.read(name);
	return bytes !== undefined && isSound(bytes, name) ? bytes.length : undefined;
}

function isSound(bytes: Buffer, resultKey: string): boolean {
	return decodeBlob(bytes, resultKey) !== undefined && decodeFactsOf(bytes) !== undefined;
}

/** A whole one may have come meanwhile, or it may have made room for others. */
function settleDoubt(
	folder: CacheFolder,
	name: string,
	sizes: Map<string, number>,
	counts: Counts,
	dryRun: boolean,
): void {
	const {index, blobs} = folder;
	// Another one may come between two looks at a name.
	const bytes = blobs.read(name) ?? blobs.read(name);
	if (bytes !== undefined && isSound(bytes, name)) {
		sizes.set(name, bytes.length);
		return;
	}
	if (bytes === undefined && blobs.identity(name) === undefined) return;
	counts.damaged.push(name);
	if (dryRun) return;
	blobs.remove(name);
	index.entries.remove(name);
}

function compareRows(
	{index, blobs}: CacheFolder,
	shard: number,
	sizes: ReadonlyMap<string, number>,
	counts: Counts,
	dryRun: boolean,
): void {
	const damaged = new Set(counts.damaged);
	const known = new Set(damaged);
	for (const {resultKey, size} of index.entries.ofShard(shard)) {
		known.add(resultKey);
		if (damaged.has(resultKey)) continue;
		const sizeBytes = sizes.get(resultKey) ?? blobs.summary(resultKey)?.sizeBytes;
		if (sizeBytes === undefined) {
			// It may have made room just now.
			if (index.entries.id(resultKey) === undefined) continue;
			counts.missing.push(resultKey);
			if (!dryRun) index.entries.remove(resultKey);
		} else if (sizeBytes !== size && blobs.summary(resultKey)?.sizeBytes !== size) {
			counts.corrected++;
			if (!dryRun) index.entries.resize(resultKey, sizeBytes);
		}
	}
	for (const key of sizes.keys()) {
		if (known.has(key) || blobs.identity(key) === undefined) continue;
		counts.unknown++;
		if (!dryRun) adoptBlob(index, blobs, key);
	}
}
