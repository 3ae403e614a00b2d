import {basename, isAbsolute, join} from 'node:path/posix';
import type {Sqlite} from '../lib/sqlite.js';
import type {CompileRecord} from './record.js';

/** A compile as it is remembered. */
export interface PastCompile
	extends Pick<
		CompileRecord,
		| 'atMs'
		| 'package'
		| 'cwd'
		| 'compiler'
		| 'source'
		| 'outcome'
		| 'reason'
		| 'server'
		| 'notDistributed'
		| 'elapsedMs'
		| 'compileMs'
		| 'savedMs'
		| 'recached'
	> {
	readonly id: number;
	readonly failedServers: readonly string[];
}

type Row = Omit<PastCompile, 'failedServers' | 'recached'> & {
	readonly failedServers: string;
	readonly recached: number;
};

/** Single compiles of the last 90 days. */
export class Past {
	readonly #database: Sqlite;

	constructor(database: Sqlite) {
		this.#database = database;
	}

	/** The newest; of packages that are meant. */
	last(isMeant: (packageVersion: string) => boolean = () => true): PastCompile | undefined {
		return this.#newest('true', {}, ({package: name}) => isMeant(name));
	}

	/** The newest of a source: of this path, else of any that ends so. */
	ofSource(
		path: string,
		cwd: string,
		isMeant: (packageVersion: string) => boolean = () => true,
	): PastCompile | undefined {
		const name = basename(path);
		const names = this.#database
			.prepare(
				`SELECT id FROM names WHERE name = @name OR (
					length(name) > length(@name) AND substr(name, -length(@name) - 1) = '/' || @name
				)`,
			)
			.pluck()
			.all({name}) as number[];
		if (names.length === 0) return undefined;
		const whole = absolute(path, cwd);
		const of = (fits: (source: string) => boolean) =>
			this.#newest(
				'source IN (SELECT value FROM json_each(@names))',
				{names: JSON.stringify(names)},
				row => isMeant(row.package) && fits(absolute(row.source, row.cwd)),
			);
		return of(source => source === whole) ?? of(source => source.endsWith(`/${path}`));
	}

	at(id: number): PastCompile | undefined {
		return this.#newest('compiles.id = @id', {id}, () => true);
	}

	#newest(
		where: string,
		parameters: Readonly<Record<string, unknown>>,
		fits: (row: Row) => boolean,
	): PastCompile | undefined {
		const rows = this.#database
			.prepare(
				`SELECT compiles.id, at_ms AS atMs, p.name AS package, w.name AS cwd, c.name AS compiler,
					f.name AS source, o.name AS outcome, r.name AS reason, s.name AS server,
					n.name AS notDistributed, x.name AS failedServers,
					elapsed_ms AS elapsedMs, compile_ms AS compileMs, saved_ms AS savedMs, recached
				FROM compiles
				JOIN names AS p ON p.id = package JOIN names AS w ON w.id = cwd
				JOIN names AS c ON c.id = compiler JOIN names AS f ON f.id = source
				JOIN names AS o ON o.id = outcome JOIN names AS r ON r.id = reason
				JOIN names AS s ON s.id = server JOIN names AS n ON n.id = not_distributed
				JOIN names AS x ON x.id = failed_servers
				WHERE ${where} ORDER BY compiles.id DESC`,
			)
			.iterate(parameters) as IterableIterator<Row>;
		for (const row of rows) {
			if (!fits(row)) continue;
			const failedServers = row.failedServers.split(' ').filter(Boolean);
			return {...row, failedServers, recached: row.recached === 1};
		}
		return undefined;
	}
}

/** `path` is as the compiler was given it. */
export const absolute = (path: string, cwd: string): string =>
	isAbsolute(path) ? join(path) : join(cwd, path);
