import {closeSync, openSync, rmSync} from 'node:fs';
import Database from 'better-sqlite3';
import {systemCode} from './errors.js';
import {sqliteTrouble} from './sqlite.js';

const waitMs = 5000;

/**
 * Runs `act` while nobody else, in any thread or process, runs under the same guard. The lock is SQLite's, on a file that stays
 * empty: it ends with the process, however that ends.
 */
export function underGuard<Result>(path: string, act: () => Result): Result {
	try {
		closeSync(openSync(path, 'wx', 0o600));
	} catch (error) {
		if (systemCode(error) !== 'EEXIST') throw error;
	}
	const lock = new Database(path, {timeout: waitMs});
	try {
		takeLock(lock, path);
		return act();
	} finally {
		lock.close();
	}
}

function takeLock(lock: Database.Database, path: string): void {
	try {
		lock.exec('BEGIN EXCLUSIVE');
	} catch (error) {
		// It has no content that could be lost: the next one who comes makes it anew.
		if (sqliteTrouble(error) === 'damaged') rmSync(path, {force: true});
		throw error;
	}
}
