import type {Sqlite} from '../lib/sqlite.js';
import {splitVersion} from '../portage/atom.js';
import {dayName, dayStartMs, localDay} from './local-day.js';
import type {Outcome} from './record.js';
import {type Part, type Sums, sumOf} from './sums.js';

/** Which compiles are meant. */
export interface Selection {
	/** Milliseconds since the epoch; of compiles that are older than 90 days, whole days count. Undefined: all. */
	readonly sinceMs: number | undefined;
	/** Whether a package, CATEGORY/PF or empty, is meant. Undefined: all. */
	readonly isMeant: ((packageVersion: string) => boolean) | undefined;
}

export const groupings = [
	'package',
	'version',
	'compiler',
	'language',
	'crate',
	'reason',
	'server',
	'day',
] as const;
export type Grouping = (typeof groupings)[number];

export interface Group {
	/** A package, version, path of a compiler, language, crate, address of a server or day; empty: none. */
	readonly name: string;
	readonly sums: Sums;
	/** On how many days each version of it was built. */
	readonly builds: number;
}

/** Compiles that did not come from the cache, or did not go to a server, for one reason. */
export interface ReasonGroup {
	readonly kind: 'miss' | 'notCacheable' | 'notCompile' | 'failed' | 'error' | 'notDistributed';
	readonly reason: string;
	readonly compiles: number;
	readonly compileMs: number;
	readonly lostMs: number;
}

/** One build server, or this host. */
export interface ServerGroup {
	/** `ip:port`; empty: compiled here. */
	readonly server: string;
	readonly compiles: number;
	readonly errors: number;
	readonly compileMs: number;
}

const kinds: Partial<Record<Outcome, ReasonGroup['kind']>> = {
	miss: 'miss',
	notCacheable: 'notCacheable',
	notCompile: 'notCompile',
	failed: 'failed',
	fallback: 'error',
};

/** Which sums answer it soonest: without a choice of packages, those that know of none. */
type Source = 'crate_days' | 'package_days' | 'host_days' | 'days';

interface Row extends Omit<Part, 'outcome' | 'remote'> {
	readonly key: number;
	readonly outcome: number;
	readonly remote: number;
}

/** What the sums by day answer. Each question takes the same time whatever there is of single compiles. */
export class Views {
	readonly #database: Sqlite;
	readonly #names = new Map<number, string>();
	readonly #findName;

	constructor(database: Sqlite) {
		this.#database = database;
		this.#findName = database.prepare('SELECT name FROM names WHERE id = ?').pluck();
	}

	totals(selection: Selection): Sums {
		return sumOf(this.#parts(selection, 'package_days', '0').map(({part}) => part));
	}

	/** In no order. */
	groups(by: Exclude<Grouping, 'reason' | 'server'>, selection: Selection): readonly Group[] {
		const isOfPackages = by === 'package' || by === 'version';
		const column = isOfPackages ? 'package' : by;
		const source =
			by === 'crate'
				? 'crate_days'
				: isOfPackages || by === 'day'
					? 'package_days'
					: sourceFor(selection);
		const parts = new Map<string, Part[]>();
		for (const {key, part} of this.#parts(selection, source, column)) {
			const name = this.#groupName(by, key);
			const known = parts.get(name);
			if (known === undefined) parts.set(name, [part]);
			else known.push(part);
		}
		const builds = isOfPackages ? this.#builds(by, selection) : undefined;
		return [...parts].map(([name, of]) => ({
			name,
			sums: sumOf(of),
			builds: builds?.get(name) ?? 0,
		}));
	}

	/** In no order. */
	reasons(selection: Selection): readonly ReasonGroup[] {
		const found = new Map<string, ReasonGroup>();
		const add = (kind: ReasonGroup['kind'], reason: string, part: Part) => {
			const known = found.get(`${kind}\0${reason}`);
			found.set(`${kind}\0${reason}`, {
				kind,
				reason,
				compiles: (known?.compiles ?? 0) + part.compiles,
				compileMs: (known?.compileMs ?? 0) + part.compileMs,
				lostMs: (known?.lostMs ?? 0) + part.lostMs,
			});
		};
		const source = sourceFor(selection);
		for (const {key, part} of this.#parts(selection, source, 'reason')) {
			const kind = kinds[part.outcome];
			if (kind !== undefined) add(kind, this.#name(key), part);
		}
		for (const {key, part} of this.#parts(selection, source, 'not_distributed')) {
			const reason = this.#name(key);
			if (reason !== '') add('notDistributed', reason, part);
		}
		return [...found.values()];
	}

	/** This host is among them. */
	servers(selection: Selection): readonly ServerGroup[] {
		const servers = new Map<string, ServerGroup>();
		const add = (server: string, what: Partial<Omit<ServerGroup, 'server'>>) => {
			const known = servers.get(server);
			servers.set(server, {
				server,
				compiles: (known?.compiles ?? 0) + (what.compiles ?? 0),
				errors: (known?.errors ?? 0) + (what.errors ?? 0),
				compileMs: (known?.compileMs ?? 0) + (what.compileMs ?? 0),
			});
		};
		add('', {});
		const source = sourceFor(selection);
		for (const {key, part} of this.#parts(selection, source, 'server')) {
			const {compiles, compileMs, remote} = part;
			if (remote || compileMs > 0) add(this.#name(key), {compiles, compileMs});
		}
		for (const {key, part} of this.#parts(selection, source, 'failed_servers')) {
			for (const server of this.#name(key).split(' ').filter(Boolean)) {
				add(server, {errors: part.compiles});
			}
		}
		return [...servers.values()];
	}

	#parts(selection: Selection, source: Source, key: string) {
		const rows = this.#all<Row>(
			selection,
			source,
			`SELECT ${key} AS key, outcome, remote,
				sum(compiles) AS compiles, sum(server_errors) AS serverErrors,
				sum(compile_ms) AS compileMs, sum(saved_ms) AS savedMs, sum(lost_ms) AS lostMs,
				sum(size_bytes) AS sizeBytes
			FROM chosen GROUP BY 1, 2, 3`,
		);
		return rows.map(({key, ...row}) => {
			const outcome = this.#name(row.outcome) as Outcome;
			return {key, part: {...row, outcome, remote: row.remote === 1}};
		});
	}

	#builds(by: Grouping, selection: Selection): ReadonlyMap<string, number> {
		const rows = this.#all<{key: number; days: number}>(
			selection,
			'package_days',
			'SELECT package AS key, count(DISTINCT day) AS days FROM chosen GROUP BY 1',
		);
		const builds = new Map<string, number>();
		for (const {key, days} of rows) {
			const name = this.#groupName(by, key);
			builds.set(name, (builds.get(name) ?? 0) + days);
		}
		return builds;
	}

	#groupName(by: Grouping, key: number): string {
		if (by === 'day') return dayName(key);
		const name = this.#name(key);
		return by === 'package' ? (splitVersion(name)?.name ?? name) : name;
	}

	/** `sql` asks of `chosen`. */
	#all<Answer>(selection: Selection, source: Source, sql: string): readonly Answer[] {
		const {fromDay, part} = this.#span(selection.sinceMs);
		const packages = this.#packages(selection);
		const ofPackages =
			packages === undefined ? '' : 'AND package IN (SELECT value FROM json_each(@packages))';
		const single =
			part === undefined
				? ''
				: `UNION ALL SELECT @partDay AS day, ${columnsOf(source, '1')}
				FROM compiles WHERE at_ms >= @fromMs AND at_ms < @toMs ${ofPackages}
				${source === 'crate_days' ? ofCrates : ''}`;
		const columns = stored[source] ?? columnsOf(source, 'compiles');
		const statement = this.#database.prepare(
			`WITH chosen AS (
				SELECT day, ${columns} FROM ${source} WHERE day >= @fromDay ${ofPackages}
				${single}
			) ${sql}`,
		);
		return statement.all({
			fromDay,
			...part,
			...(packages === undefined ? {} : {packages: JSON.stringify(packages)}),
		}) as Answer[];
	}

	/** Whole days, and the part of one before them as far as its single rows are still there. */
	#span(sinceMs: number | undefined) {
		if (sinceMs === undefined) return {fromDay: Number.MIN_SAFE_INTEGER, part: undefined};
		const day = localDay(sinceMs);
		if (dayStartMs(day) >= sinceMs) return {fromDay: day, part: undefined};
		const oldestMs = this.#database.prepare('SELECT min(at_ms) FROM compiles').pluck().get();
		if (oldestMs === null || (oldestMs as number) > sinceMs) {
			return {fromDay: day, part: undefined};
		}
		const part = {partDay: day, fromMs: Math.ceil(sinceMs), toMs: dayStartMs(day + 1)};
		return {fromDay: day + 1, part};
	}

	#packages({isMeant}: Selection): readonly number[] | undefined {
		if (isMeant === undefined) return undefined;
		const ids = this.#database
			.prepare(
				`WITH RECURSIVE found(package) AS (
					SELECT min(package) FROM days
					UNION ALL
					SELECT (SELECT min(package) FROM days WHERE package > found.package) FROM found
					WHERE found.package IS NOT NULL
				) SELECT package FROM found WHERE package IS NOT NULL`,
			)
			.pluck()
			.all() as number[];
		return ids.filter(id => isMeant(this.#name(id)));
	}

	#name(id: number): string {
		const known = this.#names.get(id);
		if (known !== undefined) return known;
		const name = this.#findName.get(id) as string;
		this.#names.set(id, name);
		return name;
	}
}

const sourceFor = ({isMeant}: Selection): Source => (isMeant === undefined ? 'host_days' : 'days');

const measures = 'compile_ms, saved_ms, lost_ms, size_bytes';
const counted = `outcome, remote, compiles, server_errors, ${measures}`;
/** Of the sums that tell no servers apart. */
const stored: Partial<Record<Source, string>> = {
	crate_days: `crate, ${counted}`,
	package_days: `package, ${counted}`,
};
const ofCrates = `AND language = (SELECT id FROM names WHERE name = 'rust')
	AND source <> (SELECT id FROM names WHERE name = '')`;

/** Of a table that has the servers by name, what a source has; `compiles`: how many a row stands for. */
function columnsOf(source: Source, compiles: string): string {
	const nobody = `(SELECT id FROM names WHERE name = '')`;
	const servers =
		"(SELECT 1 + length(name) - length(replace(name, char(32), '')) FROM names WHERE id = failed_servers)";
	const counts = `outcome, server <> ${nobody} AS remote, ${compiles} AS compiles,
		CASE failed_servers WHEN ${nobody} THEN 0 ELSE ${compiles} * ${servers} END AS server_errors,
		${measures}`;
	if (source === 'package_days') return `package, ${counts}`;
	if (source === 'crate_days') return `source AS crate, ${counts}`;
	return `compiler, language, reason, server, not_distributed, failed_servers, ${counts}`;
}
