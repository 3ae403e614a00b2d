import type {Sqlite} from '../lib/sqlite.js';
import {type CompileSums, hitOutcomes, uncounted} from './compile-sums.js';

export interface HourRow extends CompileSums {
	/** Since the epoch. */
	readonly hour: number;
}

export interface DayRow extends CompileSums {
	/** Since the epoch, as this host's calendar has it. */
	readonly day: number;
	/** CATEGORY/PF, or empty outside Portage. */
	readonly package: string;
}

/** From which hour and day on. */
export interface HistorySpan {
	readonly fromHour: number;
	readonly fromDay: number;
}

/** What has been, the oldest first; hours and days without compiles are not there. */
export interface CompileHistory {
	readonly hours: readonly HourRow[];
	readonly days: readonly DayRow[];
}

const quoted = (names: readonly string[]): string => names.map(name => `'${name}'`).join(', ');

/** The figures for charts. */
export class History {
	readonly #hours;
	readonly #days;

	constructor(database: Sqlite) {
		this.#hours = database.prepare(
			`SELECT hour, compiles, hits, remote, saved_ms AS savedMs
			FROM hours WHERE hour >= ? ORDER BY hour`,
		);
		this.#days = database.prepare(
			`SELECT day, p.name AS package, sum(compiles) AS compiles,
				sum(CASE WHEN o.name IN (${quoted(hitOutcomes)}) THEN compiles ELSE 0 END) AS hits,
				sum(CASE remote WHEN 1 THEN compiles ELSE 0 END) AS remote, sum(saved_ms) AS savedMs
			FROM package_days JOIN names AS p ON p.id = package JOIN names AS o ON o.id = outcome
			WHERE day >= ? AND o.name NOT IN (${quoted(uncounted)})
			GROUP BY day, package ORDER BY day, p.name`,
		);
	}

	since({fromHour, fromDay}: HistorySpan): CompileHistory {
		return {
			hours: this.#hours.all(fromHour) as HourRow[],
			days: this.#days.all(fromDay) as DayRow[],
		};
	}
}
