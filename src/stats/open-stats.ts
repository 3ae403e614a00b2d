import {join} from 'node:path';
import {SqliteConnection} from '../lib/sqlite-connection.js';
import {Bookkeeping, statisticsLost} from './bookkeeping.js';
import type {CounterName, Counters} from './counters.js';
import type {UnitTime} from './explanations.js';
import type {CompileHistory, HistorySpan} from './history.js';
import type {CompileRecord} from './record.js';
import {statisticsSchema} from './schema.js';
import {Tables} from './tables.js';

export interface StatisticsOptions {
	readonly dir: string;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** Told once a trouble, as AppError STATISTICS_LOST. */
	readonly onError: (error: unknown) => void;
	/** Only to ask: creates nothing. */
	readonly readOnly?: boolean;
}

/** One row a compile, and what they add up to. Nothing here throws: compiles go on without statistics. */
export interface Statistics {
	/** Remembers it until the next flush; the disk is not touched. */
	record(compile: CompileRecord): void;
	/** What no compile adds. `subject`: of counters that have one, like a shared cache; else empty. */
	count(counter: CounterName, subject: string, value: number): void;
	/** Writes what was recorded; every second or so. */
	flush(): void;
	/** Sums over all threads and processes since the last zero, with what this one has not written yet. */
	counters(): Counters;
	/**
	 * What the source of that path took the last time that its result was stored, in this version of its package or another.
	 * `packageVersion`: CATEGORY/PF, or empty.
	 */
	lastTime(path: string, packageVersion: string): UnitTime | undefined;
	/** What is written down of that time; hours are remembered for 14 days. */
	history(span: HistorySpan): CompileHistory;
	zero(): void;
	/** Rows that are older than 90 days go; their sums by day stay. Hours that are older than 14 days go. A bounded step a call. */
	fold(nowMs: number): void;
	close(): void;
}

export function openStatistics({
	dir,
	now,
	onError,
	readOnly = false,
}: StatisticsOptions): Statistics {
	const connection = new SqliteConnection({
		path: join(dir, 'stats.db'),
		schema: statisticsSchema,
		readOnly,
		now,
		onSetAside: error => onError(statisticsLost(error)),
		contents: database => new Tables(database),
	});
	return new Bookkeeping(connection, onError, readOnly);
}
