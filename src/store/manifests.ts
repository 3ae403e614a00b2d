import type {Sqlite} from '../lib/sqlite.js';
import {WeightedLru} from '../lib/weighted-lru.js';
import {Interned} from './interned.js';
import {keyBytes} from './key-bytes.js';
import {type Manifest, manifestsPerKey} from './store.js';

/** What a decoded manifest takes, with what callers hang on it: a few pointers a path. */
const weightPerPath = 32;
const weightPerList = 400;

interface ManifestRow {
	readonly id: number;
	readonly resultKey: Buffer;
	readonly includes: Buffer;
	readonly absent: number;
	readonly present: number;
}

interface Listed {
	readonly ids: readonly number[];
	readonly manifests: readonly Manifest[];
}

/** What direct mode knows. */
export class Manifests {
	readonly #statements: ReturnType<typeof prepare>;
	readonly #interned: Interned;
	readonly #listed: WeightedLru<string, Listed>;

	constructor(database: Sqlite, memoryBytes: number) {
		this.#statements = prepare(database);
		this.#interned = new Interned(database, memoryBytes / 2);
		this.#listed = new WeightedLru(memoryBytes / 2);
	}

	/** Newest first. A row never changes, so the ids tell whether a list that is in memory still holds. */
	of(directKey: string): readonly Manifest[] {
		const ids = this.#statements.ids.all(keyBytes(directKey)) as number[];
		const known = this.#listed.get(directKey);
		if (known !== undefined && sameIds(known.ids, ids)) return known.manifests;
		if (ids.length === 0) return [];
		const manifests = ids.flatMap(id => {
			const position = known?.ids.indexOf(id) ?? -1;
			return known?.manifests[position] ?? this.#decode(id) ?? [];
		});
		// One that could not be decoded may be decoded the next time.
		if (manifests.length === ids.length)
			this.#listed.set(directKey, {ids, manifests}, weight(manifests));
		return manifests;
	}

	/** Within a transaction; `rolledBack` when that fails. Older ones than the newest few are dropped. */
	add(directKey: string, manifest: Manifest, entry: number, madeMs: number): void {
		this.#interned.renew();
		const key = keyBytes(directKey);
		const includes = this.#interned.versionIds(manifest.includes);
		const absent = this.#interned.setId(manifest.absent);
		const present = this.#interned.setId(manifest.present);
		const {dropSame, add, dropOld} = this.#statements;
		dropSame.run(key, entry, includes, absent, present);
		add.run(key, Math.floor(madeMs), entry, includes, absent, present);
		dropOld.run(key, key);
	}

	/** A line each for those with a larger id than `after`: some of them. */
	describe(after: number): readonly {readonly id: number; readonly line: string}[] {
		const rows = this.#statements.page.all(after) as {id: number; directKey: Buffer}[];
		return rows.map(({id, directKey}) => ({
			id,
			line: describe(directKey.toString('hex'), this.#decode(id)),
		}));
	}

	/** Those that lead to an entry, the oldest first. */
	ofEntry(entry: number): readonly {readonly directKey: string; readonly manifest: Manifest}[] {
		const rows = this.#statements.ofEntry.all(entry) as {id: number; directKey: Buffer}[];
		return rows.flatMap(({id, directKey}) => {
			const manifest = this.#decode(id);
			return manifest === undefined ? [] : [{directKey: directKey.toString('hex'), manifest}];
		});
	}

	/** Of some with a larger id than `after`, those that name a result, a path or a file that is not there; undefined: there are no more. */
	broken(after: number): {readonly last: number; readonly ids: readonly number[]} | undefined {
		const ids = (this.#statements.page.all(after) as {id: number}[]).map(({id}) => id);
		const last = ids.at(-1);
		return last === undefined
			? undefined
			: {last, ids: ids.filter(id => this.#decode(id) === undefined)};
	}

	remove(id: number): void {
		this.#statements.remove.run(id);
	}

	rolledBack(): void {
		this.#interned.forget();
	}

	#decode(id: number): Manifest | undefined {
		const row = this.#statements.row.get(id) as ManifestRow | undefined;
		if (row === undefined) return undefined;
		const includes = this.#interned.versions(row.includes);
		const absent = this.#interned.set(row.absent);
		const present = this.#interned.set(row.present);
		if (includes === undefined || absent === undefined || present === undefined) return undefined;
		return {resultKey: row.resultKey.toString('hex'), includes, absent, present};
	}
}

function prepare(database: Sqlite) {
	const newest = `SELECT id FROM manifests WHERE direct_key = ? ORDER BY made_ms DESC, id DESC LIMIT ${manifestsPerKey}`;
	return {
		ids: database.prepare(newest).pluck(),
		row: database.prepare(
			`SELECT manifests.id, result_key AS resultKey, includes, absent, present
			FROM manifests JOIN entries ON entries.id = entry WHERE manifests.id = ?`,
		),
		page: database.prepare(
			'SELECT id, direct_key AS directKey FROM manifests WHERE id > ? ORDER BY id LIMIT 256',
		),
		ofEntry: database.prepare(
			'SELECT id, direct_key AS directKey FROM manifests WHERE entry = ? ORDER BY made_ms, id',
		),
		remove: database.prepare('DELETE FROM manifests WHERE id = ?'),
		dropSame: database.prepare(
			'DELETE FROM manifests WHERE direct_key = ? AND entry = ? AND includes = ? AND absent = ? AND present = ?',
		),
		add: database.prepare(
			'INSERT INTO manifests (direct_key, made_ms, entry, includes, absent, present) VALUES (?, ?, ?, ?, ?, ?)',
		),
		dropOld: database.prepare(
			`DELETE FROM manifests WHERE direct_key = ? AND id NOT IN (${newest})`,
		),
	};
}

function describe(directKey: string, manifest: Manifest | undefined): string {
	if (manifest === undefined) return `${directKey} -> unreadable`;
	const {resultKey, includes, absent, present} = manifest;
	return `${directKey} -> ${resultKey}: ${includes.length} includes, ${absent.length} absent, ${present.length} present`;
}

function sameIds(some: readonly number[], others: readonly number[]): boolean {
	return some.length === others.length && some.every((id, index) => id === others[index]);
}

function weight(manifests: readonly Manifest[]): number {
	const paths = manifests.reduce(
		(sum, {includes, absent, present}) => sum + includes.length + absent.length + present.length,
		0,
	);
	return paths * weightPerPath + manifests.length * weightPerList;
}
