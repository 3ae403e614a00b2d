import {existsSync, readdirSync, renameSync, rmSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import Database from 'better-sqlite3';
import {AppError} from './errors.js';

export type Sqlite = Database.Database;

export interface SqliteFile {
	readonly path: string;
	readonly readOnly: boolean;
	/** How long a writer waits for another one. */
	readonly busyMs: number;
}

/** How often a connection asks again for what SQLite's own waiting does not cover. */
const attempts = 200;
const attemptEveryMs = 10;

/** WAL: readers never wait. NORMAL: a power loss takes the last transactions and corrupts nothing. */
export function openSqlite({path, readOnly, busyMs}: SqliteFile): Sqlite {
	const database = new Database(path, {readonly: readOnly, timeout: busyMs});
	try {
		if (readOnly) {
			database.pragma('schema_version');
			return database;
		}
		patiently(() => database.pragma('auto_vacuum = INCREMENTAL'));
		// Changing the journal's mode needs the file alone, and does not wait for it.
		patiently(() => database.pragma('journal_mode = WAL'));
		database.pragma('synchronous = NORMAL');
		database.pragma('wal_autocheckpoint = 2000');
		database.pragma('journal_size_limit = 33554432');
		return database;
	} catch (error) {
		database.close();
		throw error;
	}
}

/** The last one to close leaves a file that can be read from a read-only folder: without the side files that WAL needs. */
export function closeSqlite(database: Sqlite): void {
	try {
		if (!database.readonly) {
			database.pragma('busy_timeout = 0');
			database.pragma('journal_mode = DELETE');
		}
	} catch {
		// Others have it open, or it is damaged or gone.
	} finally {
		database.close();
	}
}

/** Brings the schema up to date; true when the file had none. Each step is one version. */
export function migrate(database: Sqlite, steps: readonly string[]): boolean {
	const version = () => database.pragma('user_version', {simple: true}) as number;
	if (version() === steps.length) return false;
	const run = database.transaction(() => {
		const from = version();
		if (from > steps.length) {
			throw new AppError('STORE_DAMAGED', `${database.name} was written by a newer version`);
		}
		for (const step of steps.slice(from)) database.exec(step);
		database.pragma(`user_version = ${steps.length}`);
		return from === 0;
	});
	return run.immediate();
}

export type SqliteTrouble = 'damaged' | 'full' | 'busy' | 'unwritable';

/** What an error of SQLite means for the file; undefined for anything else. */
export function sqliteTrouble(error: unknown): SqliteTrouble | undefined {
	if (error instanceof AppError) return error.code === 'STORE_DAMAGED' ? 'damaged' : undefined;
	if (error instanceof TypeError && /directory does not exist/.test(error.message))
		return 'unwritable';
	if (!(error instanceof Database.SqliteError)) return undefined;
	const {code, message} = error;
	if (/^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(code)) return 'damaged';
	// A file cut down to nothing has no schema any more.
	if (code === 'SQLITE_ERROR' && /no such (table|column)/.test(message)) return 'damaged';
	if (code === 'SQLITE_FULL') return 'full';
	if (/^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code)) return 'busy';
	if (/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH|IOERR)/.test(code)) return 'unwritable';
	return undefined;
}

/** Moves a damaged database out of the way, for whoever wants to look at it; an earlier one makes room. */
export function setAside(path: string, nowMs: number): void {
	const folder = dirname(path);
	const prefix = `${basename(path)}.damaged-`;
	for (const name of readdirSync(folder)) {
		if (name.startsWith(prefix)) rmSync(join(folder, name), {force: true});
	}
	const aside = join(folder, `${prefix}${nowMs}`);
	if (existsSync(path)) renameSync(path, aside);
	// A new database must not find an old one's log.
	rmSync(`${path}-wal`, {force: true});
	rmSync(`${path}-shm`, {force: true});
	rmSync(`${path}-journal`, {force: true});
}

/** Tells a file from another of the same name; undefined when there is none. */
export function fileIdentity(path: string): string | undefined {
	const stats = statSync(path, {throwIfNoEntry: false});
	return stats && `${stats.dev}:${stats.ino}`;
}

function patiently(act: () => void): void {
	for (let attempt = 1; ; attempt++) {
		try {
			act();
			return;
		} catch (error) {
			if (sqliteTrouble(error) !== 'busy' || attempt === attempts) throw error;
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, attemptEveryMs);
		}
	}
}
