import {join} from 'node:path';
import {diskTrouble} from '../lib/disk-trouble.js';
import {sqliteTrouble} from '../lib/sqlite.js';
import {SqliteConnection} from '../lib/sqlite-connection.js';
import {adoptBlob, index as indexEntry, rebuildStep} from './adopt.js';
import {decodeBlob, encodeBlob} from './blob.js';
import {BlobFiles, shards} from './blob-files.js';
import {type CacheIndex, cacheIndex} from './cache-index.js';
import {nameKind} from './entries.js';
import {evict} from './evict.js';
import type {Quotas} from './eviction-plan.js';
import {learnPackages} from './learn-packages.js';
import {indexSchema} from './schema.js';
import type {Entry, Manifest, Rebuild, Store, StoredEntry, StoreUsage} from './store.js';
import {storeError} from './store-error.js';
import {sweepInterned, sweepShard} from './sweep.js';
import {inTransaction} from './transaction.js';

/** A rebuild holds up whoever opens the store for this long, and goes on with each flush. */
const rebuildAtOnceMs = 2000;
/** A quarter of the cache each hour. */
const shardsAStep = shards / 4;
const stagedForMs = 60 * 60 * 1000;
const pagesAStep = 4000;
const mostUsesKept = 50_000;

export interface DiskStoreOptions {
	readonly dir: string;
	readonly readOnly: boolean;
	readonly now: () => number;
	readonly memoryBytes: number;
	readonly limitBytes: number;
	readonly quotas: Quotas;
	readonly onRebuild: ((rebuild: Rebuild) => void) | undefined;
}

/** The cache in a folder: blobs in files, everything else in index.db. */
export class DiskStore implements Store {
	readonly #options: DiskStoreOptions;
	readonly #blobs: BlobFiles;
	readonly #connection: SqliteConnection<CacheIndex>;
	/** When entries were last served, not written yet. */
	readonly #uses = new Map<string, number>();
	#known: CacheIndex | undefined;
	#nextShard = 0;
	#isRebuilding = false;

	constructor(options: DiskStoreOptions) {
		this.#options = options;
		this.#blobs = new BlobFiles(options.dir);
		this.#connection = new SqliteConnection({
			path: join(options.dir, 'index.db'),
			schema: indexSchema,
			readOnly: options.readOnly,
			now: options.now,
			contents: (database, writable) => cacheIndex(database, writable, options.memoryBytes),
		});
		this.#ask(() => undefined, undefined);
	}

	manifests(directKey: string): readonly Manifest[] {
		return this.#ask(({manifests}) => manifests.of(directKey), []);
	}

	preprocessed(preprocessedKey: string): string | undefined {
		return this.#ask(
			({entries}) => entries.named(nameKind.preprocessed, preprocessedKey),
			undefined,
		);
	}

	seen(unitKey: string): boolean {
		return this.#ask(({entries}) => entries.named(nameKind.unit, unitKey) !== undefined, false);
	}

	get(resultKey: string): StoredEntry | undefined {
		const entry = this.#read(resultKey);
		if (entry !== undefined) this.#used(resultKey);
		else if (!this.#options.readOnly) this.#heal(resultKey);
		return entry;
	}

	put(entry: Entry): void {
		const {readOnly, limitBytes, now} = this.#options;
		if (readOnly) return;
		const chunks = encodeBlob(entry);
		const size = chunks.reduce((sum, {length}) => sum + length, 0);
		if (size > limitBytes) return;
		this.#change(index => {
			const staged = this.#blobs.stage(chunks);
			try {
				// Should we end between the two, the sweep measures what is there.
				index.entries.forgetSize(entry.resultKey);
				inTransaction(index, () => {
					this.#blobs.place(staged, entry.resultKey);
					indexEntry(index, entry.resultKey, entry.facts, size, now());
				});
			} catch (error) {
				this.#blobs.discard(staged);
				throw error;
			}
			this.#keepToLimit(index);
		});
	}

	addManifest(directKey: string, manifest: Manifest): void {
		if (this.#options.readOnly) return;
		this.#change(index =>
			inTransaction(index, () => {
				const id = index.entries.id(manifest.resultKey);
				if (id !== undefined) index.manifests.add(directKey, manifest, id, this.#options.now());
			}),
		);
	}

	usage(): StoreUsage {
		const {limitBytes} = this.#options;
		const state = this.#ask(index => index.entries.state(), undefined);
		return {entries: state?.entries ?? 0, sizeBytes: state?.size ?? 0, limitBytes};
	}

	flush(): void {
		this.#quietly(() => {
			const index = this.#connection.toRead();
			if (index?.writable !== true) return;
			this.#writeUses(index);
			if (index.entries.state().rebuildFrom !== null) this.#rebuildOn(index);
			else learnPackages(index, this.#blobs);
		});
	}

	maintain(): void {
		if (this.#options.readOnly) return;
		this.#change(index => {
			this.#writeUses(index);
			for (let step = 0; step < shardsAStep; step++) {
				sweepShard(index, this.#blobs, this.#nextShard);
				this.#nextShard = (this.#nextShard + 1) % shards;
			}
			this.#blobs.removeStagedBefore(this.#options.now() - stagedForMs);
			this.#keepToLimit(index);
			sweepInterned(index);
			index.database.pragma(`incremental_vacuum(${pagesAStep})`);
			index.database.pragma('wal_checkpoint(PASSIVE)');
		});
	}

	*describeManifests(): Iterable<string> {
		for (let after = 0; ; ) {
			const page = this.#ask(({manifests}) => manifests.describe(after), []);
			yield* page.map(({line}) => line);
			const last = page.at(-1);
			if (last === undefined) return;
			after = last.id;
		}
	}

	close(): void {
		this.flush();
		this.#connection.close();
	}

	#read(resultKey: string): StoredEntry | undefined {
		const bytes = this.#blobs.read(resultKey);
		return bytes && decodeBlob(bytes, resultKey);
	}

	/** An entry that could not be read is taken out, unless a whole one has come meanwhile. */
	#heal(resultKey: string): void {
		this.#quietly(() => {
			const index = this.#connection.toRead();
			if (index?.writable !== true) return;
			const known = index.entries.id(resultKey) !== undefined;
			if (!known && this.#blobs.identity(resultKey) === undefined) return;
			inTransaction(index, () => {
				if (this.#read(resultKey) !== undefined) return;
				this.#blobs.remove(resultKey);
				index.entries.remove(resultKey);
			});
		});
	}

	#used(resultKey: string): void {
		if (!this.#options.readOnly && this.#uses.size < mostUsesKept)
			this.#uses.set(resultKey, this.#options.now());
	}

	#writeUses(index: CacheIndex): void {
		if (this.#uses.size === 0) return;
		inTransaction(index, () => {
			for (const [key, ms] of this.#uses) {
				// A blob that was served but that the index does not know, from before a crash.
				if (!index.entries.used(key, ms)) adoptBlob(index, this.#blobs, key);
			}
		});
		this.#uses.clear();
	}

	#keepToLimit(index: CacheIndex): void {
		const {limitBytes, quotas} = this.#options;
		if (index.entries.state().size <= limitBytes) return;
		this.#writeUses(index);
		evict(index, this.#blobs, limitBytes, quotas);
	}

	/** A question: what is broken is a miss. */
	#ask<Answer>(question: (index: CacheIndex) => Answer, otherwise: Answer): Answer {
		return (
			this.#quietly(() => {
				const index = this.#connection.toRead();
				if (index === undefined) return otherwise;
				this.#welcome(index);
				return question(index);
			}) ?? otherwise
		);
	}

	/** Damage is set aside, and the same done once more; undefined when that fails too, or for any other trouble. */
	#quietly<Answer>(act: () => Answer): Answer | undefined {
		try {
			return this.#twice(act);
		} catch (error) {
			if (diskTrouble(error) === undefined) throw error;
			return undefined;
		}
	}

	#change(act: (index: CacheIndex) => void): void {
		try {
			this.#twice(() => {
				const index = this.#connection.toWrite();
				this.#welcome(index);
				act(index);
			});
		} catch (error) {
			throw storeError(error, this.#options.dir);
		}
	}

	#twice<Answer>(act: () => Answer): Answer {
		try {
			return act();
		} catch (error) {
			if (sqliteTrouble(error) !== 'damaged' || !this.#connection.setCurrentAside(error))
				throw error;
			return act();
		}
	}

	/** A new index, or one that another began: the blobs that it does not know yet are read. */
	#welcome(index: CacheIndex): void {
		if (index === this.#known || !index.writable) return;
		this.#known = index;
		const {now} = this.#options;
		const startedMs = now();
		while (this.#rebuildOn(index) && now() - startedMs < rebuildAtOnceMs);
	}

	/** False when there is nothing left to do. */
	#rebuildOn(index: CacheIndex): boolean {
		const goesOn = rebuildStep(index, this.#blobs);
		const {rebuildFrom, entries} = index.entries.state();
		if (goesOn) this.#options.onRebuild?.({entries, share: (rebuildFrom ?? 0) / shards});
		else if (this.#isRebuilding) this.#options.onRebuild?.({entries, share: 1});
		this.#isRebuilding = goesOn;
		return goesOn;
	}
}
