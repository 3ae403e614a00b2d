import {diskTrouble} from './disk-trouble.js';
import {underGuard} from './guard.js';
import {
	guardOf,
	openToRead,
	openToWrite,
	openUnderGuard,
	type SqliteKind,
} from './open-sqlite-file.js';
import {closeSqlite, fileIdentity, type Sqlite, setAside, sqliteTrouble} from './sqlite.js';

const lookEveryMs = 1000;
const retryEveryMs = 3000;

export interface SqliteConnectionOptions<Contents> extends SqliteKind {
	readonly readOnly: boolean;
	readonly now: () => number;
	/** Told of a damaged file that made room for a new one. */
	readonly onSetAside?: (error: unknown) => void;
	/** What the rest works with; made anew with each file. */
	readonly contents: (database: Sqlite, writable: boolean) => Contents;
}

interface Opened<Contents> {
	readonly database: Sqlite;
	readonly writable: boolean;
	readonly contents: Contents;
	readonly file: string | undefined;
	/** The log is the same file as long as anyone has it open. */
	readonly log: string | undefined;
}

/** An open database, found again after someone deleted or damaged it. */
export class SqliteConnection<Contents> {
	readonly #options: SqliteConnectionOptions<Contents>;
	#open: Opened<Contents> | undefined;
	#closed = false;
	#lookedMs: number;
	/** Why it could not be opened for writing, and when. */
	#refused: {readonly error: unknown; readonly ms: number} | undefined;

	/** Opens it, for writing when that is possible. Never throws. */
	constructor(options: SqliteConnectionOptions<Contents>) {
		this.#options = options;
		this.#lookedMs = options.now();
		this.#tryToOpen();
	}

	/** For questions: undefined when there is none now. Makes nothing that someone deleted. */
	toRead(): Contents | undefined {
		const {now} = this.#options;
		if (this.#closed) return undefined;
		const elapsed = now() - this.#lookedMs;
		// The clock may have been set back.
		if (elapsed >= 0 && elapsed < lookEveryMs) return this.#open?.contents;
		this.#lookedMs = now();
		this.#look();
		if (this.#open === undefined && fileIdentity(this.#options.path) !== undefined)
			this.#tryToOpen();
		return this.#open?.contents;
	}

	/** Throws what keeps it from being opened for writing. */
	toWrite(): Contents {
		if (this.#closed) throw new Error(`${this.#options.path} is closed`);
		this.#look();
		if (this.#open?.writable) return this.#open.contents;
		const {now} = this.#options;
		const elapsed = this.#refused === undefined ? retryEveryMs : now() - this.#refused.ms;
		if (this.#refused !== undefined && elapsed >= 0 && elapsed < retryEveryMs)
			throw this.#refused.error;
		return this.#openToWrite();
	}

	/** The open file turned out to be damaged. False when none is open. */
	setCurrentAside(error: unknown): boolean {
		if (this.#open === undefined) return false;
		this.#setAside(this.#open, error);
		return true;
	}

	close(): void {
		this.#closed = true;
		this.#drop();
	}

	/** What we have open may have been deleted or set aside. */
	#look(): void {
		const open = this.#open;
		if (open === undefined) return;
		if (open.file !== fileIdentity(this.#options.path)) this.#drop();
		// Somebody deleted the log under a file that is in use: what it holds is anyone's guess.
		else if (open.log !== fileIdentity(logOf(this.#options.path)))
			this.#setAside(open, new Error('the log is not the one it was'));
	}

	/** Unless someone did already; then begins a new one. */
	#setAside(damaged: Opened<Contents>, error: unknown): void {
		if (this.#options.readOnly || !damaged.writable) {
			this.#drop();
			return;
		}
		try {
			underGuard(guardOf(this.#options.path), () => {
				if (fileIdentity(this.#options.path) === damaged.file) this.#setFileAside(error);
				// Only now: SQLite leaves a new file's log alone once its own file has another name.
				this.#drop();
				this.#adopt(openUnderGuard(this.#options), true);
			});
		} catch (error) {
			this.#drop();
			if (diskTrouble(error) === undefined) throw error;
		}
	}

	#tryToOpen(): void {
		try {
			if (!this.#options.readOnly) {
				this.#openToWrite();
				return;
			}
		} catch (error) {
			if (diskTrouble(error) === undefined) throw error;
		}
		try {
			this.#adopt(openToRead(this.#options), false);
		} catch (error) {
			if (diskTrouble(error) === undefined) throw error;
		}
	}

	#openToWrite(): Contents {
		try {
			return this.#adopt(this.#openOrReplace(), true);
		} catch (error) {
			this.#refused = {error, ms: this.#options.now()};
			throw error;
		}
	}

	#openOrReplace(): Sqlite {
		try {
			return openToWrite(this.#options);
		} catch (error) {
			if (sqliteTrouble(error) !== 'damaged') throw error;
			return underGuard(guardOf(this.#options.path), () => this.#replaceDamaged());
		}
	}

	/** Another one may have been quicker. */
	#replaceDamaged(): Sqlite {
		try {
			return openUnderGuard(this.#options);
		} catch (error) {
			if (sqliteTrouble(error) !== 'damaged') throw error;
			this.#setFileAside(error);
			return openUnderGuard(this.#options);
		}
	}

	#setFileAside(error: unknown): void {
		setAside(this.#options.path, this.#options.now());
		this.#options.onSetAside?.(error);
	}

	#adopt(database: Sqlite, writable: boolean): Contents {
		this.#drop();
		const {path, contents} = this.#options;
		try {
			const opened = {
				database,
				writable,
				contents: contents(database, writable),
				file: fileIdentity(path),
				log: fileIdentity(logOf(path)),
			};
			this.#open = opened;
			if (writable) this.#refused = undefined;
			return opened.contents;
		} catch (error) {
			database.close();
			throw error;
		}
	}

	#drop(): void {
		const dropped = this.#open;
		this.#open = undefined;
		if (dropped === undefined) return;
		if (dropped.file === fileIdentity(this.#options.path)) closeSqlite(dropped.database);
		else dropped.database.close();
	}
}

function logOf(path: string): string {
	return `${path}-wal`;
}
