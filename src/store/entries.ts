import type {Sqlite} from '../lib/sqlite.js';
import {keyBytes} from './key-bytes.js';

/** Kinds of names, as the table has them. */
export const nameKind = {preprocessed: 0, unit: 1} as const;
export type NameKind = (typeof nameKind)[keyof typeof nameKind];

export interface EntryRow {
	readonly resultKey: string;
	readonly size: number;
}

export interface UsedEntry extends EntryRow {
	readonly lastUsedMs: number;
	/** CATEGORY/PF, or empty. */
	readonly version: string;
}

export interface IndexState {
	readonly entries: number;
	readonly size: number;
	readonly manifestsGone: number;
	readonly rebuildFrom: number | null;
}

/** Which entries there are, how big, when last used, and by what other names. */
export class Entries {
	readonly #statements: ReturnType<typeof prepare>;

	constructor(database: Sqlite) {
		this.#statements = prepare(database);
	}

	id(resultKey: string): number | undefined {
		return this.#statements.id.get(keyBytes(resultKey)) as number | undefined;
	}

	/** Adds the entry, or takes the place of the one with the same key. `pkg`: the id of its package. */
	put(resultKey: string, size: number, createdMs: number, usedMs: number, pkg: number): number {
		const key = keyBytes(resultKey);
		return this.#statements.put.get(
			key,
			size,
			Math.floor(createdMs),
			Math.floor(usedMs),
			pkg,
			key,
		) as number;
	}

	/** A name that two entries have leads to the younger one. */
	name(kind: NameKind, key: string, entry: number, createdMs: number): void {
		this.#statements.name.run(kind, keyBytes(key), entry, Math.floor(createdMs));
	}

	named(kind: NameKind, key: string): string | undefined {
		const found = this.#statements.named.get(kind, keyBytes(key)) as Buffer | undefined;
		return found?.toString('hex');
	}

	/** False when there is no such entry. */
	used(resultKey: string, ms: number): boolean {
		return this.#statements.used.run(Math.floor(ms), keyBytes(resultKey)).changes > 0;
	}

	size(resultKey: string): number | undefined {
		return this.#statements.size.get(keyBytes(resultKey)) as number | undefined;
	}

	remove(resultKey: string): void {
		this.#statements.remove.run(keyBytes(resultKey));
	}

	/** Until the next `put` or `resize` the entry counts for nothing. */
	forgetSize(resultKey: string): void {
		this.#statements.resize.run(0, keyBytes(resultKey));
	}

	resize(resultKey: string, size: number): void {
		this.#statements.resize.run(size, keyBytes(resultKey));
	}

	/** Those that were not used for longest, of the proven or of the others; of one package, CATEGORY/PACKAGE, or of all. */
	leastUsed(proven: boolean, name: string | undefined, limit: number): readonly EntryRow[] {
		const {leastUsed, leastUsedOf} = this.#statements;
		const rows = (
			name === undefined
				? leastUsed.all(Number(proven), limit)
				: leastUsedOf.all(Number(proven), name, limit)
		) as {resultKey: Buffer; size: number}[];
		return rows.map(({resultKey, size}) => ({resultKey: resultKey.toString('hex'), size}));
	}

	/** All of them, in the order in which they would go if there were no quotas. Nothing may be written meanwhile. */
	*inOrder(): Iterable<UsedEntry> {
		const rows = this.#statements.inOrder.iterate() as Iterable<
			Omit<UsedEntry, 'resultKey'> & {readonly resultKey: Buffer}
		>;
		for (const row of rows) yield {...row, resultKey: row.resultKey.toString('hex')};
	}

	/** It makes room for others. */
	evict(resultKey: string): void {
		this.remove(resultKey);
		this.#statements.evicted.run(keyBytes(resultKey));
	}

	/** Of those that made room, as many as there are entries are remembered. */
	forgetEvicted(): void {
		this.#statements.forgetEvicted.run();
	}

	/** Those whose key begins with this byte. */
	ofShard(shard: number): readonly {readonly resultKey: string; readonly size: number}[] {
		const from = Buffer.of(shard);
		// Longer than any key of the shard is large.
		const to = Buffer.concat([from, Buffer.alloc(65, 0xff)]);
		const rows = this.#statements.between.all(from, to) as {resultKey: Buffer; size: number}[];
		return rows.map(({resultKey, size}) => ({resultKey: resultKey.toString('hex'), size}));
	}

	state(): IndexState {
		return this.#statements.state.get() as IndexState;
	}

	rebuiltUpTo(shard: number | null): void {
		this.#statements.rebuiltUpTo.run(shard);
	}
}

function prepare(database: Sqlite) {
	return {
		id: database.prepare('SELECT id FROM entries WHERE result_key = ?').pluck(),
		put: database
			.prepare(
				`INSERT INTO entries (result_key, size, created_ms, last_used_ms, package, proven)
				VALUES (?, ?, ?, ?, ?, EXISTS (SELECT 1 FROM evicted WHERE result_key = ?))
				ON CONFLICT (result_key) DO UPDATE SET
					size = excluded.size, created_ms = excluded.created_ms, last_used_ms = excluded.last_used_ms,
					package = excluded.package
				RETURNING id`,
			)
			.pluck(),
		name: database.prepare(
			`INSERT INTO names (kind, key, entry) VALUES (?, ?, ?)
			ON CONFLICT (kind, key) DO UPDATE SET entry = excluded.entry
				WHERE (SELECT created_ms FROM entries WHERE id = names.entry) <= ?`,
		),
		named: database
			.prepare(
				'SELECT result_key FROM names JOIN entries ON entries.id = entry WHERE kind = ? AND key = ?',
			)
			.pluck(),
		used: database.prepare(
			'UPDATE entries SET last_used_ms = max(last_used_ms, ?), proven = 1 WHERE result_key = ?',
		),
		size: database.prepare('SELECT size FROM entries WHERE result_key = ?').pluck(),
		remove: database.prepare('DELETE FROM entries WHERE result_key = ?'),
		leastUsed: database.prepare(
			'SELECT result_key AS resultKey, size FROM entries WHERE proven = ? ORDER BY last_used_ms, id LIMIT ?',
		),
		leastUsedOf: database.prepare(
			`SELECT result_key AS resultKey, size FROM entries
			WHERE proven = ? AND package IN (SELECT id FROM packages WHERE name = ?)
			ORDER BY last_used_ms, id LIMIT ?`,
		),
		inOrder: database.prepare(
			`SELECT result_key AS resultKey, size, last_used_ms AS lastUsedMs, coalesce(version, '') AS version
			FROM entries LEFT JOIN packages ON packages.id = package
			ORDER BY proven, last_used_ms, entries.id`,
		),
		evicted: database.prepare('INSERT OR REPLACE INTO evicted (result_key) VALUES (?)'),
		forgetEvicted: database.prepare(
			'DELETE FROM evicted WHERE id <= (SELECT max(id) FROM evicted) - (SELECT entries FROM state)',
		),
		between: database.prepare(
			'SELECT result_key AS resultKey, size FROM entries WHERE result_key BETWEEN ? AND ?',
		),
		resize: database.prepare('UPDATE entries SET size = ? WHERE result_key = ?'),
		state: database.prepare(
			'SELECT entries, size, manifests_gone AS manifestsGone, rebuild_from AS rebuildFrom FROM state',
		),
		rebuiltUpTo: database.prepare('UPDATE state SET rebuild_from = ?'),
	};
}
