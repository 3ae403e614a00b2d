import type {Sqlite} from '../lib/sqlite.js';
import {WeightedLru} from '../lib/weighted-lru.js';
import type {CounterSum} from './counters.js';
import {type DaySum, sumByDay} from './day-sums.js';
import {Explanations, type UnitTime} from './explanations.js';
import {History} from './history.js';
import {sumByHour} from './hour-sums.js';
import {dayStartMs} from './local-day.js';
import {Past} from './past.js';
import type {CompileRecord} from './record.js';
import type {CompileSeen, Tally} from './tallies.js';
import {unitName} from './unit-name.js';
import {Views} from './views.js';

/** Names whose ids are known without asking. */
const namesRemembered = 2000;
const pagesAStep = 1000;

interface TallyRow extends Omit<Tally, 'failedServers' | 'lastMs'> {
	readonly failedServers: string;
	readonly day: number;
	/** Null once the rows are gone. */
	readonly exactMs: number | null;
}

/** The language whose sources are crates. */
const rust = 'rust';

/** stats.db, open. */
export class Tables {
	readonly #database: Sqlite;
	readonly #statements: ReturnType<typeof prepare>;
	readonly #nameIds = new WeightedLru<string, number>(namesRemembered);
	/** What `stats` shows. */
	readonly views: Views;
	/** What `why` tells of. */
	readonly past: Past;
	readonly explanations: Explanations;
	/** What charts show. */
	readonly history: History;

	constructor(database: Sqlite) {
		this.#database = database;
		this.#statements = prepare(database);
		this.views = new Views(database);
		this.past = new Past(database);
		this.explanations = new Explanations(database);
		this.history = new History(database);
	}

	/** Rows, what they add to the sums of their day and hour, and to the counters: all or nothing. */
	add(compiles: readonly CompileRecord[], sums: readonly CounterSum[]): void {
		this.#inTransaction(() => {
			for (const compile of compiles) this.#addCompile(compile);
			this.#addToSums(compiles);
			for (const {counter, subject, family, value} of sums) {
				this.#statements.count.run(counter, subject, family, value);
			}
		});
	}

	/** Of their days and hours, without their rows. */
	addSums(compiles: readonly CompileRecord[]): void {
		this.#inTransaction(() => this.#addToSums(compiles));
	}

	/** Of the same source, in any version of its package. */
	lastTime(path: string, packageVersion: string): UnitTime | undefined {
		const unit = this.#statements.findName.get(unitName(path, packageVersion)) as
			| number
			| undefined;
		return unit === undefined ? undefined : this.explanations.lastTime(unit);
	}

	counters(): readonly CounterSum[] {
		return this.#statements.counters.all() as CounterSum[];
	}

	/** Of the packages whose names begin so. */
	tallies(prefix: string): readonly Tally[] {
		const rows = this.#statements.tallies.all({from: prefix, to: `${prefix}\u{10ffff}`});
		return (rows as TallyRow[]).map(({failedServers, day, exactMs, ...row}) => ({
			...row,
			failedServers: failedServers.split(' ').filter(server => server !== ''),
			lastMs: exactMs ?? dayStartMs(day),
		}));
	}

	/** In order. */
	compilesIn(cwd: string): readonly CompileSeen[] {
		return this.#statements.compilesIn.all(cwd) as CompileSeen[];
	}

	zero(): void {
		this.#statements.zero.run();
	}

	/** Drops the oldest rows from before `beforeMs`, at most `limit` of them; how many there were. They stay in the sums of their day. */
	dropOld(beforeMs: number, limit: number): number {
		return this.#inTransaction(() => this.#statements.dropOldest.run(beforeMs, limit).changes);
	}

	dropOldHours(beforeHour: number): void {
		this.#statements.dropOldHours.run(beforeHour);
	}

	/** Gives free pages back to the disk, some at a time. */
	tidy(): void {
		this.explanations.dropOld();
		this.#database.pragma(`incremental_vacuum(${pagesAStep})`);
	}

	#addCompile(compile: CompileRecord): void {
		// By position: names cost as much as the row itself, and there is one for each hit.
		const {lastInsertRowid} = this.#statements.add.run(
			Math.floor(compile.atMs),
			this.#nameId(compile.package),
			this.#nameId(compile.cwd),
			this.#nameId(compile.compiler),
			this.#nameId(compile.family),
			this.#nameId(compile.language),
			this.#nameId(compile.source),
			this.#nameId(compile.outcome),
			this.#nameId(compile.reason),
			this.#nameId(compile.server),
			this.#nameId(compile.notDistributed),
			this.#nameId(compile.failedServers.join(' ')),
			compile.elapsedMs,
			compile.compileMs,
			compile.savedMs,
			Math.floor(compile.sizeBytes),
			Number(compile.writeError),
			Number(compile.recached),
			compile.storeMs,
			compile.lostMs,
		);
		const {explanation} = compile;
		if (explanation === undefined) return;
		const unit = this.#nameId(unitName(explanation.path, compile.package));
		this.explanations.add(Number(lastInsertRowid), unit, compile, explanation);
	}

	#addToSums(compiles: readonly CompileRecord[]): void {
		for (const [hour, sums] of sumByHour(compiles)) this.#statements.addToHour.run({hour, ...sums});
		for (const sum of sumByDay(compiles)) this.#addToDay(sum);
		const crates = compiles.filter(({language, source}) => language === rust && source !== '');
		for (const sum of sumByDay(crates, ({source}) => source)) this.#addToCrateDay(sum);
	}

	#addToDay(sum: DaySum): void {
		const {addToDay, addToHostDay, addToPackageDay} = this.#statements;
		const row = this.#rowOf(sum);
		addToDay.run(row);
		addToHostDay.run(row);
		addToPackageDay.run(row);
	}

	#addToCrateDay(sum: DaySum): void {
		this.#statements.addToCrateDay.run({
			...this.#rowOf(sum),
			crate: this.#nameId(sum.like.source),
		});
	}

	#rowOf({like, ...sum}: DaySum) {
		return {
			...this.#idsOf(like),
			...sum,
			remote: Number(like.server !== ''),
			serverErrors: sum.compiles * like.failedServers.length,
		};
	}

	#idsOf(compile: CompileRecord) {
		return {
			package: this.#nameId(compile.package),
			compiler: this.#nameId(compile.compiler),
			language: this.#nameId(compile.language),
			outcome: this.#nameId(compile.outcome),
			reason: this.#nameId(compile.reason),
			server: this.#nameId(compile.server),
			notDistributed: this.#nameId(compile.notDistributed),
			failedServers: this.#nameId(compile.failedServers.join(' ')),
		};
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
				elapsed_ms, compile_ms, saved_ms, size_bytes, write_error, recached, store_ms, lost_ms
			) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		),
		count: database.prepare(
			`INSERT INTO counters VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET value = value + excluded.value`,
		),
		counters: database.prepare('SELECT counter, subject, family, value FROM counters'),
		tallies: database.prepare(
			`SELECT p.name AS package, o.name AS outcome, s.name AS server, f.name AS failedServers,
				sum(compiles) AS compiles, max(day) AS day, max(at_ms) AS exactMs
			FROM (
				SELECT package, outcome, server, failed_servers, compiles, day, NULL AS at_ms
				FROM days WHERE ${ofPackages}
				UNION ALL
				SELECT package, outcome, server, failed_servers, 0, 0, at_ms
				FROM compiles WHERE ${ofPackages}
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
		addToDay: database.prepare(
			`INSERT INTO days VALUES (
				@day, @package, @compiler, @language, @outcome, @reason,
				@server, @notDistributed, @failedServers, @compiles,
				@elapsedMs, @compileMs, @savedMs, @sizeBytes, @writeErrors, @recached, @storeMs, @lostMs
			) ${addedUp('elapsed_ms', ...measured, 'write_errors', 'recached', 'store_ms')}`,
		),
		addToHostDay: database.prepare(
			`INSERT INTO host_days VALUES (
				@day, @compiler, @language, @outcome, @reason, @server, @notDistributed, @failedServers,
				@compiles, @compileMs, @savedMs, @lostMs, @sizeBytes
			) ${addedUp(...measured)}`,
		),
		addToPackageDay: database.prepare(
			`INSERT INTO package_days VALUES (
				@day, @package, @outcome, @remote, @compiles, @serverErrors,
				@compileMs, @savedMs, @lostMs, @sizeBytes
			) ${addedUp('server_errors', ...measured)}`,
		),
		addToCrateDay: database.prepare(
			`INSERT INTO crate_days VALUES (
				@day, @package, @crate, @outcome, @remote, @compiles, @serverErrors,
				@compileMs, @savedMs, @lostMs, @sizeBytes
			) ${addedUp('server_errors', ...measured)}`,
		),
		addToHour: database.prepare(
			`INSERT INTO hours VALUES (@hour, @compiles, @hits, @remote, @savedMs)
			${addedUp('compiles', 'hits', 'remote', 'saved_ms')}`,
		),
		dropOldHours: database.prepare('DELETE FROM hours WHERE hour < ?'),
		dropOldest: database.prepare(`DELETE FROM compiles WHERE id IN (${oldest})`),
	};
}

/** What every sum of a day has. */
const measured = ['compiles', 'compile_ms', 'saved_ms', 'lost_ms', 'size_bytes'];

/** A row that is there grows by these columns of the new one. */
function addedUp(...columns: readonly string[]): string {
	const grown = columns.map(column => `${column} = ${column} + excluded.${column}`);
	return `ON CONFLICT DO UPDATE SET ${grown.join(', ')}`;
}
