import {createHash} from 'node:crypto';
import {Lru} from '../lib/lru.js';
import type {Sqlite} from '../lib/sqlite.js';
import {WeightedLru} from '../lib/weighted-lru.js';
import {packDigest, unpackDigest} from './key-bytes.js';
import {packIds, unpackIds} from './packed-ids.js';
import type {FileVersion} from './store.js';

/** What an object and its place in a map take, beside a string's characters. */
const objectWeight = 120;
const rememberedSets = 20_000;

interface VersionRow {
	readonly path: number;
	readonly digest: Buffer | string;
}

/** Paths, versions of files and sets of paths: kept once, named by ids. Decoded ones are the same object while in use. */
export class Interned {
	readonly #statements: ReturnType<typeof prepare>;
	readonly #paths: WeightedLru<number, string>;
	readonly #pathIds: WeightedLru<string, number>;
	readonly #versions: WeightedLru<number, FileVersion>;
	/** The version of a path that was stored last: mostly the only one. */
	readonly #lastVersions: WeightedLru<number, {readonly digest: string; readonly id: number}>;
	/** Weak: manifests hold the sets, and weigh them. */
	readonly #sets = new Lru<number, WeakRef<readonly string[]>>(rememberedSets);
	#sweeps = -1;

	constructor(database: Sqlite, memoryBytes: number) {
		this.#statements = prepare(database);
		this.#paths = new WeightedLru(memoryBytes / 4);
		this.#pathIds = new WeightedLru(memoryBytes / 4);
		this.#versions = new WeightedLru(memoryBytes / 4);
		this.#lastVersions = new WeightedLru(memoryBytes / 4);
	}

	/** Before ids are used to write: those that a sweep of another connection took away are forgotten. */
	renew(): void {
		const sweeps = this.#statements.sweeps.get() as number;
		if (sweeps !== this.#sweeps) this.forget();
		this.#sweeps = sweeps;
	}

	/** After a transaction that was rolled back, its ids come to mean something else. */
	forget(): void {
		this.#paths.clear();
		this.#pathIds.clear();
		this.#versions.clear();
		this.#lastVersions.clear();
		this.#sets.clear();
	}

	versionIds(versions: readonly FileVersion[]): Buffer {
		return packIds(versions.map(version => this.#versionId(version)));
	}

	/** Undefined when one is gone. */
	versions(packed: Buffer): readonly FileVersion[] | undefined {
		return allOf(unpackIds(packed), id => this.#version(id));
	}

	setId(paths: readonly string[]): number {
		const packed = packIds(paths.map(path => this.#pathId(path)));
		const digest = createHash('sha256').update(packed).digest();
		const {findSet, addSet} = this.#statements;
		return (findSet.get(digest) ?? addSet.get(digest, packed)) as number;
	}

	set(id: number): readonly string[] | undefined {
		const known = this.#sets.get(id)?.deref();
		if (known !== undefined) return known;
		const packed = this.#statements.set.get(id) as Buffer | undefined;
		const paths = packed && allOf(unpackIds(packed), path => this.#path(path));
		if (paths !== undefined) this.#sets.set(id, new WeakRef(paths));
		return paths;
	}

	#pathId(path: string): number {
		const known = this.#pathIds.get(path);
		if (known !== undefined) return known;
		const {findPath, addPath} = this.#statements;
		const id = (findPath.get(path) ?? addPath.get(path)) as number;
		this.#pathIds.set(path, id, path.length + objectWeight);
		return id;
	}

	#path(id: number): string | undefined {
		const known = this.#paths.get(id);
		if (known !== undefined) return known;
		const path = this.#statements.path.get(id) as string | undefined;
		if (path !== undefined) this.#paths.set(id, path, path.length + objectWeight);
		return path;
	}

	#versionId({path, digest}: FileVersion): number {
		const pathId = this.#pathId(path);
		const last = this.#lastVersions.get(pathId);
		if (last?.digest === digest) return last.id;
		const packed = packDigest(digest);
		const {findVersion, addVersion} = this.#statements;
		const id = (findVersion.get(pathId, packed) ?? addVersion.get(pathId, packed)) as number;
		this.#lastVersions.set(pathId, {digest, id}, digest.length + 2 * objectWeight);
		return id;
	}

	#version(id: number): FileVersion | undefined {
		const known = this.#versions.get(id);
		if (known !== undefined) return known;
		const row = this.#statements.version.get(id) as VersionRow | undefined;
		const path = row && this.#path(row.path);
		if (row === undefined || path === undefined) return undefined;
		const version = {path, digest: unpackDigest(row.digest)};
		this.#versions.set(id, version, version.digest.length + 2 * objectWeight);
		return version;
	}
}

function prepare(database: Sqlite) {
	const one = (sql: string) => database.prepare(sql).pluck();
	return {
		sweeps: one('SELECT sweeps FROM state'),
		findPath: one('SELECT id FROM paths WHERE path = ?'),
		addPath: one('INSERT INTO paths (path) VALUES (?) RETURNING id'),
		path: one('SELECT path FROM paths WHERE id = ?'),
		findVersion: one('SELECT id FROM file_versions WHERE path = ? AND digest = ?'),
		addVersion: one('INSERT INTO file_versions (path, digest) VALUES (?, ?) RETURNING id'),
		version: database.prepare('SELECT path, digest FROM file_versions WHERE id = ?'),
		findSet: one('SELECT id FROM path_sets WHERE digest = ?'),
		addSet: one('INSERT INTO path_sets (digest, paths) VALUES (?, ?) RETURNING id'),
		set: one('SELECT paths FROM path_sets WHERE id = ?'),
	};
}

function allOf<Value>(
	ids: readonly number[],
	find: (id: number) => Value | undefined,
): Value[] | undefined {
	const values: Value[] = [];
	for (const id of ids) {
		const value = find(id);
		if (value === undefined) return undefined;
		values.push(value);
	}
	return values;
}
