/** Each step brings stats.db one version further. */
export const statisticsSchema: readonly string[] = [
	`
	CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

	-- One row a compile; texts are ids of names.
	CREATE TABLE compiles (
		id INTEGER PRIMARY KEY,
		at_ms INTEGER NOT NULL,
		package INTEGER NOT NULL,
		cwd INTEGER NOT NULL,
		compiler INTEGER NOT NULL,
		family INTEGER NOT NULL,
		language INTEGER NOT NULL,
		source INTEGER NOT NULL,
		outcome INTEGER NOT NULL,
		reason INTEGER NOT NULL,
		elapsed_ms REAL NOT NULL,
		compile_ms REAL NOT NULL,
		saved_ms REAL NOT NULL,
		size_bytes INTEGER NOT NULL,
		write_error INTEGER NOT NULL,
		recached INTEGER NOT NULL,
		store_ms REAL NOT NULL
	) STRICT;
	CREATE INDEX compiles_by_time ON compiles (at_ms);

	-- What is left of older compiles: sums a UTC day, as days since the epoch.
	CREATE TABLE days (
		day INTEGER NOT NULL,
		package INTEGER NOT NULL,
		compiler INTEGER NOT NULL,
		language INTEGER NOT NULL,
		outcome INTEGER NOT NULL,
		reason INTEGER NOT NULL,
		compiles INTEGER NOT NULL,
		elapsed_ms REAL NOT NULL,
		compile_ms REAL NOT NULL,
		saved_ms REAL NOT NULL,
		size_bytes INTEGER NOT NULL,
		write_errors INTEGER NOT NULL,
		recached INTEGER NOT NULL,
		store_ms REAL NOT NULL,
		PRIMARY KEY (day, package, compiler, language, outcome, reason)
	) STRICT, WITHOUT ROWID;

	-- Sums since the counters were last zeroed, as counters.ts names them.
	CREATE TABLE counters (
		counter TEXT NOT NULL,
		-- A language or a reason, or empty.
		subject TEXT NOT NULL,
		family TEXT NOT NULL,
		value REAL NOT NULL,
		PRIMARY KEY (counter, subject, family)
	) STRICT, WITHOUT ROWID;
	`,
];
