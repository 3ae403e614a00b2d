import type {Sqlite} from '../lib/sqlite.js';
import {WeightedLru} from '../lib/weighted-lru.js';
import type {CounterSum} from './counters.js';
import type {CompileRecord} from './record.js';
import type {CompileSeen, Tally} from './tallies.js';

/** Names whose ids are known without asking. */
const namesRemembered = 2000;
const dayMs = 24 * 60 * 60 * 1000;
const pagesAStep = 1000;

/** stats.db, open. */
export class Tables {
	readonly #database: Sqlite;
	readonly #statements: ReturnType<typeof prepare>;
	readonly #nameIds = new WeightedLru<string, number>(namesRemembered);

	constructor(database: Sqlite) {
		this.#database = database;
		this.#statements = prepare(database);
	}

	/** Rows, and what they add to the counters: both or neither. */
	add(compiles: readonly CompileRecord[], sums: readonly CounterSum[]): void {
		this.#inTransaction(() => {
			for (const compile of compiles) this.#addCompile(compile);
			for (const {counter, subject, family, value} of sums) {
				this.#statements.count.run(counter, subject, family, value);
			}
		});
	}

	counters(): readonly CounterSum[] {
		return this.#statements.counters.all() as CounterSum[];
	}

	/** Of the packages whose names begin so. */
	tallies(prefix: string): readonly Tally[] {
		const rows = this.#statements.tallies.all({from: prefix, to: `${prefix}\u{10ffff}`});
		return (rows as (Tally & {failedServers: string})[]).map(row => ({
			...row,
			failedServers: row.failedServers.split(' ').filter(server => server !== ''),
		}));
	}

	/** In order. */
	compilesIn(cwd: string): readonly CompileSeen[] {
		return this.#statements.compilesIn.all(cwd) as CompileSeen[];
	}

	zero(): void {
		this.#statements.zero.run();
	}

	/** The oldest rows from before `beforeMs`, at most `limit` of them, become sums by day; how many there were. */
	fold(beforeMs: number, limit: number): number {
		return this.#inTransaction(() => {
			const {foldOldest, dropOldest} = this.#statements;
			foldOldest.run(beforeMs, limit);
			return dropOldest.run(beforeMs, limit).changes;
		});
	}

	/** Gives free pages back to the disk, some at a time. */
	tidy(): void {
		this.#database.pragma(`incremental_vacuum(${pagesAStep})`);
	}

	#addCompile(compile: CompileRecord): void {
		this.#statements.add.run({
			atMs: Math.floor(compile.atMs),
			package: this.#nameId(compile.package),
			cwd: this.#nameId(compile.cwd),
			compiler: this.#nameId(compile.compiler),
			family: this.#nameId(compile.family),
			language: this.#nameId(compile.language),
			source: this.#nameId(compile.source),
			outcome: this.#nameId(compile.outcome),
			reason: this.#nameId(compile.reason),
			server: this.#nameId(compile.server),
			notDistributed: this.#nameId(compile.notDistributed),
			failedServers: this.#nameId(compile.failedServers.join(' ')),
			elapsedMs: compile.elapsedMs,
			compileMs: compile.compileMs,
			savedMs: compile.savedMs,
			sizeBytes: Math.floor(compile.sizeBytes),
			writeError: Number(compile.writeError),
			recached: Number(compile.recached),
			storeMs: compile.storeMs,
		});
	}

	#nameId(name: string): number {
		const known = this.#nameIds.get(name);
		if (known !== undefined) return known;
		const {findName, addName} = this.#statements;
		const id = (findName.get(name) ?? addName.get(name)) as number;
		this.#nameIds.set(name, id, 1);
		return id;
	}

	#inTransaction<Result>(act: () => Result): Result {
		try {
			return this.#database.transaction(act).immediate();
		} catch (error) {
			// Ids that were given in it come to mean something else.
			this.#nameIds.clear();
			throw error;
		}
	}
}

function prepare(database: Sqlite) {
	const ofPackages = 'package IN (SELECT id FROM names WHERE name >= @from AND name < @to)';
	const oldest = 'SELECT id FROM compiles WHERE at_ms < ? ORDER BY at_ms, id LIMIT ?';
	return {
		findName: database.prepare('SELECT id FROM names WHERE name = ?').pluck(),
		addName: database.prepare('INSERT INTO names (name) VALUES (?) RETURNING id').pluck(),
		add: database.prepare(
			`INSERT INTO compiles (
				at_ms, package, cwd, compiler, family, language, source, outcome, reason,
				server, not_distributed, failed_servers,
				elapsed_ms, compile_ms, saved_ms, size_bytes, write_error, recached, store_ms
			) VALUES (
				@atMs, @package, @cwd, @compiler, @family, @language, @source, @outcome, @reason,
				@server, @notDistributed, @failedServers,
				@elapsedMs, @compileMs, @savedMs, @sizeBytes, @writeError, @recached, @storeMs
			)`,
		),
		count: database.prepare(
			`INSERT INTO counters VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET value = value + excluded.value`,
		),
		counters: database.prepare('SELECT counter, subject, family, value FROM counters'),
		tallies: database.prepare(
			`SELECT p.name AS package, o.name AS outcome, s.name AS server, f.name AS failedServers,
				sum(compiles) AS compiles, max(last_ms) AS lastMs
			FROM (
				SELECT package, outcome, server, failed_servers, 1 AS compiles, at_ms AS last_ms
				FROM compiles WHERE ${ofPackages}
				UNION ALL
				SELECT package, outcome, server, failed_servers, compiles, day * ${dayMs}
				FROM days WHERE ${ofPackages}
			)
			JOIN names AS p ON p.id = package
			JOIN names AS o ON o.id = outcome
			JOIN names AS s ON s.id = server
			JOIN names AS f ON f.id = failed_servers
			GROUP BY 1, 2, 3, 4`,
		),
		compilesIn: database.prepare(
			`SELECT o.name AS outcome, r.name AS reason, s.name AS server, n.name AS notDistributed
			FROM compiles
			JOIN names AS o ON o.id = outcome
			JOIN names AS r ON r.id = reason
			JOIN names AS s ON s.id = server
			JOIN names AS n ON n.id = not_distributed
			WHERE cwd = (SELECT id FROM names WHERE name = ?)
			ORDER BY compiles.id`,
		),
		zero: database.prepare('DELETE FROM counters'),
		foldOldest: database.prepare(
			`INSERT INTO days
			SELECT at_ms / ${dayMs}, package, compiler, language, outcome, reason,
				server, not_distributed, failed_servers, count(*),
				sum(elapsed_ms), sum(compile_ms), sum(saved_ms), sum(size_bytes),
				sum(write_error), sum(recached), sum(store_ms)
			FROM compiles WHERE id IN (${oldest})
			GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
			ON CONFLICT DO UPDATE SET
				compiles = compiles + excluded.compiles,
				elapsed_ms = elapsed_ms + excluded.elapsed_ms,
				compile_ms = compile_ms + excluded.compile_ms,
				saved_ms = saved_ms + excluded.saved_ms,
				size_bytes = size_bytes + excluded.size_bytes,
				write_errors = write_errors + excluded.write_errors,
				recached = recached + excluded.recached,
				store_ms = store_ms + excluded.store_ms`,
		),
		dropOldest: database.prepare(`DELETE FROM compiles WHERE id IN (${oldest})`),
	};
}
