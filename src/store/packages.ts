import type {Sqlite} from '../lib/sqlite.js';
import {splitVersion} from '../portage/atom.js';
import type {PackageSum} from './eviction-plan.js';
import {keyBytes} from './key-bytes.js';

/** What of the cache is one version of a package, or what no package is known of. */
export interface VersionUse {
	/** CATEGORY/PF, or empty. */
	readonly version: string;
	/** CATEGORY/PACKAGE, or empty. */
	readonly name: string;
	readonly entries: number;
	readonly sizeBytes: number;
	/** Of entries that were served since they were stored. */
	readonly provenBytes: number;
	readonly oldestUseMs: number;
	readonly newestUseMs: number;
}

/** What is part of no release of a package has no version: its name is all there is. */
function packageName(version: string): string {
	return splitVersion(version)?.name ?? version;
}

/** The packages that entries are of. */
export class Packages {
	readonly #statements: ReturnType<typeof prepare>;

	constructor(database: Sqlite) {
		this.#statements = prepare(database);
	}

	/** Within a transaction. `version`: CATEGORY/PF, or empty. */
	id(version: string): number {
		const {id, add} = this.#statements;
		return (id.get(version) ?? add.get(version, packageName(version))) as number;
	}

	/** Entries of which it is not known, some of them. */
	unknown(limit: number): readonly string[] {
		const keys = this.#statements.unknown.all(limit) as Buffer[];
		return keys.map(key => key.toString('hex'));
	}

	/** Within a transaction. */
	learn(resultKey: string, version: string): void {
		this.#statements.learn.run(this.id(version), keyBytes(resultKey));
	}

	/** By CATEGORY/PACKAGE; what is not known counts as of none. */
	sums(): readonly PackageSum[] {
		return this.#statements.sums.all() as PackageSum[];
	}

	/** The largest first. */
	uses(): readonly VersionUse[] {
		return this.#statements.uses.all() as VersionUse[];
	}

	forgetUnused(): void {
		this.#statements.forgetUnused.run();
	}
}

function prepare(database: Sqlite) {
	return {
		id: database.prepare('SELECT id FROM packages WHERE version = ?').pluck(),
		add: database
			.prepare('INSERT INTO packages (version, name) VALUES (?, ?) RETURNING id')
			.pluck(),
		unknown: database
			.prepare('SELECT result_key FROM entries WHERE package IS NULL LIMIT ?')
			.pluck(),
		learn: database.prepare('UPDATE entries SET package = ? WHERE result_key = ?'),
		sums: database.prepare(
			`SELECT coalesce(name, '') AS name, sum(size * proven) AS provenBytes,
				sum(size * (1 - proven)) AS unprovenBytes
			FROM entries LEFT JOIN packages ON packages.id = package GROUP BY 1`,
		),
		uses: database.prepare(
			`SELECT coalesce(version, '') AS version, coalesce(name, '') AS name, count(*) AS entries,
				sum(size) AS sizeBytes, sum(size * proven) AS provenBytes,
				min(last_used_ms) AS oldestUseMs, max(last_used_ms) AS newestUseMs
			FROM entries LEFT JOIN packages ON packages.id = package
			GROUP BY 1, 2 ORDER BY sizeBytes DESC, version`,
		),
		forgetUnused: database.prepare(
			'DELETE FROM packages WHERE NOT EXISTS (SELECT 1 FROM entries WHERE package = packages.id)',
		),
	};
}
