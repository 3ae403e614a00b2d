import {
	closeSync,
	copyFileSync,
	existsSync,
	mkdtempSync,
	openSync,
	readSync,
	rmSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {AppError} from './errors.js';
import {underGuard} from './guard.js';
import {makeFolder} from './make-folder.js';
import {migrate, openSqlite, type Sqlite} from './sqlite.js';

const busyMs = 3000;
/** In KiB, a connection. */
const pageCache = 2000;

/** A database with the steps that bring its schema up to date. */
export interface SqliteKind {
	readonly path: string;
	readonly schema: readonly string[];
}

/** Opens it for writing; makes the folder and the file when they are not there. */
export function openToWrite(kind: SqliteKind): Sqlite {
	makeFolder(dirname(kind.path), 0o700);
	return underGuard(guardOf(kind.path), () => openUnderGuard(kind));
}

export function guardOf(path: string): string {
	return `${path}-guard`;
}

/** Nobody else opens or sets aside meanwhile: a new file must not meet an old one's log. */
export function openUnderGuard({path, schema}: SqliteKind): Sqlite {
	if (!existsSync(path)) {
		rmSync(`${path}-wal`, {force: true});
		rmSync(`${path}-shm`, {force: true});
		closeSync(openSync(path, 'wx', 0o600));
	}
	const database = openSqlite({path, readOnly: false, busyMs});
	try {
		migrate(database, schema);
		database.pragma(`cache_size = -${pageCache}`);
		return database;
	} catch (error) {
		database.close();
		throw error;
	}
}

/** Opens it without writing anything beside it; one from before an upgrade as it will be after it. */
export function openToRead({path, schema}: SqliteKind): Sqlite {
	const database = readableInPlace(path)
		? openSqlite({path, readOnly: true, busyMs})
		: openCopy(path);
	const version = database.pragma('user_version', {simple: true});
	if (version === schema.length) return database;
	database.close();
	if (Number(version) > 0 && Number(version) < schema.length) return openCopy(path, schema);
	throw new AppError('STORE_DAMAGED', `${path} is of version ${version}, not ${schema.length}`);
}

/** A file that was closed in order, or that someone has open: SQLite need not make the side files of its log. */
function readableInPlace(path: string): boolean {
	if (existsSync(`${path}-wal`)) return existsSync(`${path}-shm`);
	const header = Buffer.alloc(20);
	const file = openSync(path, 'r');
	try {
		readSync(file, header, 0, header.length, 0);
	} finally {
		closeSync(file);
	}
	const logged = 2;
	return header[18] !== logged;
}

/** What a crash or an older version left, in a folder of our own that is gone as soon as it is open. */
function openCopy(path: string, schema?: readonly string[]): Sqlite {
	const folder = mkdtempSync(join(tmpdir(), 'sccache-read-'));
	try {
		const copy = join(folder, basename(path));
		copyFileSync(path, copy);
		if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
		const database = openSqlite({path: copy, readOnly: false, busyMs});
		if (schema !== undefined) migrate(database, schema);
		database.pragma('query_only = ON');
		return database;
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
