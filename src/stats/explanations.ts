import {deflateRawSync, inflateRawSync} from 'node:zlib';
import type {Sqlite} from '../lib/sqlite.js';
import type {Explanation, FileDigest} from './explanation.js';
import type {CompileRecord} from './record.js';

/** Some 40 MB: the newest compiles that were not answered from the cache. */
const mostKept = 50_000;
/** Of compiles of the same source, the newest are looked at. */
const candidatesAtMost = 100;

type Facts = Omit<Explanation, 'programs' | 'sourceDigest' | 'directKey' | 'compilerDigest'>;

interface Row {
	readonly id: number;
	readonly sourceDigest: Buffer;
	readonly directKey: Buffer;
	readonly compiler: Buffer;
	readonly facts: Buffer;
	readonly programs: string | null;
}

/** An explanation with the compile that it is of. */
export interface Explained {
	/** The row of `compiles`. */
	readonly compile: number;
	readonly explanation: Explanation;
}

/** What a source took to be compiled. */
export interface UnitTime {
	readonly compileMs: number;
	/** On a server. */
	readonly isRemote: boolean;
}

/** What is kept to tell why compiles did not come from the cache. */
export class Explanations {
	readonly #statements: ReturnType<typeof prepare>;

	constructor(database: Sqlite) {
		this.#statements = prepare(database);
	}

	/** Within a transaction. `unit`: the id of its name. */
	add(id: number, unit: number, compile: CompileRecord, explanation: Explanation): void {
		const {sourceDigest, directKey, compilerDigest, programs, ...facts} = explanation;
		const stored = compile.outcome === 'miss' && !compile.writeError && compile.storeMs > 0;
		const compiler = Buffer.from(compilerDigest, 'hex');
		if (this.#statements.hasCompiler.get(compiler) === undefined) {
			this.#statements.addCompiler.run(compiler, JSON.stringify(programs));
		}
		this.#statements.add.run({
			id,
			unit,
			sourceDigest: Buffer.from(sourceDigest, 'hex'),
			directKey: Buffer.from(directKey, 'hex'),
			stored: Number(stored),
			compiler,
			facts: deflateRawSync(JSON.stringify(facts), {level: 1}),
		});
	}

	of(compile: number): Explained | undefined {
		const row = this.#statements.one.get(compile) as Row | undefined;
		return row === undefined ? undefined : explained(row);
	}

	/** Those that were stored before: of the same source by name, or by content; the newest first. */
	storedBefore(compile: number): readonly Explained[] {
		const rows = this.#statements.candidates.all({compile}) as Row[];
		return rows.map(explained);
	}

	/** Of the newest that was stored. `unit`: the id of its name. */
	lastTime(unit: number): UnitTime | undefined {
		const row = this.#statements.lastTime.get(unit) as
			| {compileMs: number; isRemote: number}
			| undefined;
		return row && {compileMs: row.compileMs, isRemote: row.isRemote === 1};
	}

	/** All but the newest. */
	dropOld(): void {
		this.#statements.dropOld.run();
	}
}

function explained({id, sourceDigest, directKey, compiler, facts, programs}: Row): Explained {
	return {
		compile: id,
		explanation: {
			...(JSON.parse(inflateRawSync(facts).toString()) as Facts),
			sourceDigest: sourceDigest.toString('hex'),
			directKey: directKey.toString('hex'),
			compilerDigest: compiler.toString('hex'),
			programs: programs === null ? [] : (JSON.parse(programs) as FileDigest[]),
		},
	};
}

function prepare(database: Sqlite) {
	const columns = `compile AS id, source_digest AS sourceDigest, direct_key AS directKey, compiler, facts, programs`;
	const from = 'explanations AS e LEFT JOIN compilers ON compilers.digest = e.compiler';
	return {
		add: database.prepare(
			`INSERT OR REPLACE INTO explanations VALUES (
				@id, @unit, @sourceDigest, @directKey, @stored, @compiler, @facts
			)`,
		),
		hasCompiler: database.prepare('SELECT 1 FROM compilers WHERE digest = ?'),
		addCompiler: database.prepare('INSERT INTO compilers VALUES (?, ?)'),
		one: database.prepare(`SELECT ${columns} FROM ${from} WHERE compile = ?`),
		candidates: database.prepare(
			`SELECT ${columns} FROM ${from}
			WHERE stored = 1 AND compile < @compile AND compile IN (
				SELECT compile FROM explanations
				WHERE unit = (SELECT unit FROM explanations WHERE compile = @compile)
				UNION
				SELECT compile FROM explanations
				WHERE source_digest = (SELECT source_digest FROM explanations WHERE compile = @compile)
			)
			ORDER BY compile DESC LIMIT ${candidatesAtMost}`,
		),
		lastTime: database.prepare(
			`SELECT compile_ms AS compileMs, server <> (SELECT id FROM names WHERE name = '') AS isRemote
			FROM explanations JOIN compiles ON compiles.id = compile
			WHERE unit = ? AND stored = 1 ORDER BY compile DESC LIMIT 1`,
		),
		dropOld: database.prepare(
			`DELETE FROM explanations WHERE compile <= (
				SELECT compile FROM explanations ORDER BY compile DESC LIMIT 1 OFFSET ${mostKept}
			)`,
		),
	};
}
