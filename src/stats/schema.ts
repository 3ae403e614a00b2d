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
		-- A language, a reason or a server, or empty.
		subject TEXT NOT NULL,
		family TEXT NOT NULL,
		value REAL NOT NULL,
		PRIMARY KEY (counter, subject, family)
	) STRICT, WITHOUT ROWID;
	`,
	// Where compiles ran. SQLite adds no column with the id of a name as its default, and changes no primary key: both are rebuilt.
	`
	INSERT OR IGNORE INTO names (name) VALUES ('');

	CREATE TABLE new_compiles (
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
		server INTEGER NOT NULL,
		not_distributed INTEGER NOT NULL,
		-- Addresses with spaces between them.
		failed_servers INTEGER NOT NULL,
		elapsed_ms REAL NOT NULL,
		compile_ms REAL NOT NULL,
		saved_ms REAL NOT NULL,
		size_bytes INTEGER NOT NULL,
		write_error INTEGER NOT NULL,
		recached INTEGER NOT NULL,
		store_ms REAL NOT NULL
	) STRICT;
	INSERT INTO new_compiles
	SELECT compiles.id, at_ms, package, cwd, compiler, family, language, source, outcome, reason,
		blank.id, blank.id, blank.id,
		elapsed_ms, compile_ms, saved_ms, size_bytes, write_error, recached, store_ms
	FROM compiles, names AS blank WHERE blank.name = '';
	DROP TABLE compiles;
	ALTER TABLE new_compiles RENAME TO compiles;
	CREATE INDEX compiles_by_time ON compiles (at_ms);

	CREATE TABLE new_days (
		day INTEGER NOT NULL,
		package INTEGER NOT NULL,
		compiler INTEGER NOT NULL,
		language INTEGER NOT NULL,
		outcome INTEGER NOT NULL,
		reason INTEGER NOT NULL,
		server INTEGER NOT NULL,
		not_distributed INTEGER NOT NULL,
		-- Part of the key, like the others: it is nearly always empty.
		failed_servers INTEGER NOT NULL,
		compiles INTEGER NOT NULL,
		elapsed_ms REAL NOT NULL,
		compile_ms REAL NOT NULL,
		saved_ms REAL NOT NULL,
		size_bytes INTEGER NOT NULL,
		write_errors INTEGER NOT NULL,
		recached INTEGER NOT NULL,
		store_ms REAL NOT NULL,
		PRIMARY KEY (
			day, package, compiler, language, outcome, reason, server, not_distributed, failed_servers
		)
	) STRICT, WITHOUT ROWID;
	INSERT INTO new_days
	SELECT day, package, compiler, language, outcome, reason, blank.id, blank.id, blank.id,
		compiles, elapsed_ms, compile_ms, saved_ms, size_bytes, write_errors, recached, store_ms
	FROM days, names AS blank WHERE blank.name = '';
	DROP TABLE days;
	ALTER TABLE new_days RENAME TO days;
	`,
	// Every compile is in the sums of its day from the start, and no more only once it is old: what `stats` asks for takes the same
	// time whatever there is of single rows. Days are the host's from now on, where they were UTC's.
	`
	ALTER TABLE compiles ADD COLUMN lost_ms REAL NOT NULL DEFAULT 0;
	UPDATE compiles SET lost_ms = max(0, elapsed_ms - compile_ms) + store_ms
	WHERE server IN (SELECT id FROM names WHERE name = '')
		AND outcome NOT IN (SELECT id FROM names WHERE name IN ('directHit', 'preprocessedHit'));

	ALTER TABLE days ADD COLUMN lost_ms REAL NOT NULL DEFAULT 0;
	UPDATE days SET lost_ms = max(0, elapsed_ms - compile_ms) + store_ms
	WHERE server IN (SELECT id FROM names WHERE name = '')
		AND outcome NOT IN (SELECT id FROM names WHERE name IN ('directHit', 'preprocessedHit'));
	INSERT INTO days
	SELECT unixepoch(at_ms / 1000, 'unixepoch', 'localtime') / 86400, package, compiler, language, outcome, reason,
		server, not_distributed, failed_servers, count(*),
		sum(elapsed_ms), sum(compile_ms), sum(saved_ms), sum(size_bytes),
		sum(write_error), sum(recached), sum(store_ms), sum(lost_ms)
	FROM compiles WHERE true
	GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
	ON CONFLICT DO UPDATE SET
		compiles = compiles + excluded.compiles,
		elapsed_ms = elapsed_ms + excluded.elapsed_ms,
		compile_ms = compile_ms + excluded.compile_ms,
		saved_ms = saved_ms + excluded.saved_ms,
		size_bytes = size_bytes + excluded.size_bytes,
		write_errors = write_errors + excluded.write_errors,
		recached = recached + excluded.recached,
		store_ms = store_ms + excluded.store_ms,
		lost_ms = lost_ms + excluded.lost_ms;
	CREATE INDEX days_by_package ON days (package);

	-- The same without packages.
	CREATE TABLE host_days (
		day INTEGER NOT NULL,
		compiler INTEGER NOT NULL,
		language INTEGER NOT NULL,
		outcome INTEGER NOT NULL,
		reason INTEGER NOT NULL,
		server INTEGER NOT NULL,
		not_distributed INTEGER NOT NULL,
		failed_servers INTEGER NOT NULL,
		compiles INTEGER NOT NULL,
		compile_ms REAL NOT NULL,
		saved_ms REAL NOT NULL,
		lost_ms REAL NOT NULL,
		size_bytes INTEGER NOT NULL,
		PRIMARY KEY (day, compiler, language, outcome, reason, server, not_distributed, failed_servers)
	) STRICT, WITHOUT ROWID;
	INSERT INTO host_days
	SELECT day, compiler, language, outcome, reason, server, not_distributed, failed_servers,
		sum(compiles), sum(compile_ms), sum(saved_ms), sum(lost_ms), sum(size_bytes)
	FROM days GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

	-- The same with nothing but packages and what became of their compiles.
	CREATE TABLE package_days (
		day INTEGER NOT NULL,
		package INTEGER NOT NULL,
		outcome INTEGER NOT NULL,
		-- 1: done by servers.
		remote INTEGER NOT NULL,
		compiles INTEGER NOT NULL,
		-- Attempts of servers that failed.
		server_errors INTEGER NOT NULL,
		compile_ms REAL NOT NULL,
		saved_ms REAL NOT NULL,
		lost_ms REAL NOT NULL,
		size_bytes INTEGER NOT NULL,
		PRIMARY KEY (day, package, outcome, remote)
	) STRICT, WITHOUT ROWID;
	INSERT INTO package_days
	SELECT day, package, outcome, s.name <> '', sum(compiles),
		sum(CASE f.name WHEN '' THEN 0 ELSE compiles * (1 + length(f.name) - length(replace(f.name, ' ', ''))) END),
		sum(compile_ms), sum(saved_ms), sum(lost_ms), sum(size_bytes)
	FROM days JOIN names AS s ON s.id = server JOIN names AS f ON f.id = failed_servers
	GROUP BY 1, 2, 3, 4;

	-- What can be told of compiles that did not come from the cache: the newest of them, see explanation.ts.
	CREATE TABLE explanations (
		compile INTEGER PRIMARY KEY,
		-- The source's name by which other compiles of it are found, see unit-name.ts.
		unit INTEGER NOT NULL,
		source_digest BLOB NOT NULL,
		direct_key BLOB NOT NULL,
		-- 1: its result was stored.
		stored INTEGER NOT NULL,
		compiler BLOB NOT NULL,
		-- JSON, deflated.
		facts BLOB NOT NULL
	) STRICT;
	CREATE INDEX explanations_by_unit ON explanations (unit);
	CREATE INDEX explanations_by_source ON explanations (source_digest);

	-- Of which programs and libraries a compiler's digest is, as JSON.
	CREATE TABLE compilers (digest BLOB PRIMARY KEY, programs TEXT NOT NULL) STRICT, WITHOUT ROWID;
	`,
	// Of Rust it is crates that people know.
	`
	CREATE TABLE crate_days (
		day INTEGER NOT NULL,
		package INTEGER NOT NULL,
		crate INTEGER NOT NULL,
		outcome INTEGER NOT NULL,
		-- 1: done by servers.
		remote INTEGER NOT NULL,
		compiles INTEGER NOT NULL,
		-- Attempts of servers that failed.
		server_errors INTEGER NOT NULL,
		compile_ms REAL NOT NULL,
		saved_ms REAL NOT NULL,
		lost_ms REAL NOT NULL,
		size_bytes INTEGER NOT NULL,
		PRIMARY KEY (day, package, crate, outcome, remote)
	) STRICT, WITHOUT ROWID;
	`,
	// For charts of the last days, and for schedulers, that are told of hours. Compiles that the compiler refused are not in it.
	`
	CREATE TABLE hours (
		-- Since the epoch.
		hour INTEGER PRIMARY KEY,
		compiles INTEGER NOT NULL,
		hits INTEGER NOT NULL,
		-- Done by servers.
		remote INTEGER NOT NULL,
		saved_ms REAL NOT NULL
	) STRICT;
	INSERT INTO hours
	SELECT at_ms / 3600000, count(*), sum(o.name IN ('directHit', 'preprocessedHit')), sum(s.name <> ''),
		sum(saved_ms)
	FROM compiles JOIN names AS o ON o.id = outcome JOIN names AS s ON s.id = server
	WHERE o.name NOT IN ('notCompile', 'failed')
		AND at_ms >= (SELECT max(at_ms) FROM compiles) - 14 * 86400000
	GROUP BY 1;
	`,
];
