import {diskTrouble} from '../lib/disk-trouble.js';
import {AppError} from '../lib/errors.js';
import {sqliteTrouble} from '../lib/sqlite.js';
import type {SqliteConnection} from '../lib/sqlite-connection.js';
import {
	addUp,
	type CounterName,
	type CounterSum,
	type Counters,
	contributions,
	toCounters,
} from './counters.js';
import type {UnitTime} from './explanations.js';
import type {CompileHistory, HistorySpan} from './history.js';
import {hourOf} from './hour-sums.js';
import type {Statistics} from './open-stats.js';
import type {CompileRecord} from './record.js';
import type {Tables} from './tables.js';

const mostKept = 10_000;
const dayMs = 24 * 60 * 60 * 1000;
const rowsKeptMs = 90 * dayMs;
const hoursKeptMs = 14 * dayMs;
/** As many rows a call as a busy hour adds, in steps that let others write. */
const rowsAStep = 1000;
const stepsACall = 20;

/** The statistics over a database that may be gone, damaged or not writable for a while. */
export class Bookkeeping implements Statistics {
	readonly #connection: SqliteConnection<Tables>;
	readonly #onError: (error: unknown) => void;
	readonly #readOnly: boolean;
	#kept: CompileRecord[] = [];
	/** Beside what compiles add. */
	#counted: readonly CounterSum[] = [];
	#dropped = 0;
	#troubled = false;

	constructor(
		connection: SqliteConnection<Tables>,
		onError: (error: unknown) => void,
		readOnly: boolean,
	) {
		this.#connection = connection;
		this.#onError = onError;
		this.#readOnly = readOnly;
	}

	record(compile: CompileRecord): void {
		if (this.#kept.length < mostKept) this.#kept.push(compile);
		else this.#dropped++;
	}

	count(counter: CounterName, subject: string, value: number): void {
		this.#counted = addUp([...this.#counted, {counter, subject, family: '', value}]);
	}

	flush(): void {
		if (this.#kept.length + this.#counted.length === 0 || this.#readOnly) return;
		this.#change(tables => {
			tables.add(this.#kept, this.#sums());
			this.#kept = [];
			this.#counted = [];
		});
		if (this.#kept.length === 0) this.#dropped = 0;
	}

	counters(): Counters {
		const stored = this.#ask(tables => tables.counters()) ?? [];
		return toCounters(addUp([...stored, ...this.#sums()]));
	}

	lastTime(path: string, packageVersion: string): UnitTime | undefined {
		return this.#ask(tables => tables.lastTime(path, packageVersion));
	}

	history(span: HistorySpan): CompileHistory {
		return this.#ask(tables => tables.history.since(span)) ?? {hours: [], days: []};
	}

	zero(): void {
		this.flush();
		this.#change(tables => tables.zero());
	}

	fold(nowMs: number): void {
		if (this.#readOnly) return;
		this.#change(tables => {
			for (let step = 0; step < stepsACall; step++) {
				if (tables.dropOld(nowMs - rowsKeptMs, rowsAStep) < rowsAStep) break;
			}
			tables.dropOldHours(hourOf(nowMs - hoursKeptMs));
			tables.tidy();
		});
	}

	close(): void {
		this.flush();
		this.#connection.close();
	}

	#sums(): readonly CounterSum[] {
		return addUp([...this.#kept.flatMap(contributions), ...this.#counted]);
	}

	#ask<Answer>(question: (tables: Tables) => Answer): Answer | undefined {
		try {
			return this.#twice(() => {
				const tables = this.#connection.toRead();
				return tables && question(tables);
			});
		} catch (error) {
			this.#tell(error);
			return undefined;
		}
	}

	#change(act: (tables: Tables) => void): void {
		try {
			this.#twice(() => act(this.#connection.toWrite()));
			this.#troubled = false;
		} catch (error) {
			this.#tell(error);
		}
	}

	#twice<Answer>(act: () => Answer): Answer {
		try {
			return act();
		} catch (error) {
			if (sqliteTrouble(error) !== 'damaged' || !this.#connection.setCurrentAside(error))
				throw error;
			return act();
		}
	}

	#tell(error: unknown): void {
		if (this.#troubled) return;
		this.#troubled = true;
		if (diskTrouble(error) === undefined) {
			this.#onError(error);
			return;
		}
		this.#onError(statisticsLost(error, {waiting: this.#kept.length, dropped: this.#dropped}));
	}
}

export function statisticsLost(
	cause: unknown,
	fields: Readonly<Record<string, number>> = {},
): AppError {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new AppError('STATISTICS_LOST', `statistics can't be kept: ${reason}`, {fields, cause});
}
