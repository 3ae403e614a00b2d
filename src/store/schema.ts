/** Each step brings index.db one version further. Ids are never used twice, so that a cached row can't come to mean another. */
export const indexSchema: readonly string[] = [
	`
	CREATE TABLE entries (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		result_key BLOB NOT NULL UNIQUE,
		size INTEGER NOT NULL,
		created_ms INTEGER NOT NULL,
		last_used_ms INTEGER NOT NULL
	) STRICT;
	CREATE INDEX entries_by_use ON entries (last_used_ms);

	-- Other names of an entry: a preprocessed key (kind 0), a unit key (kind 1).
	CREATE TABLE names (
		kind INTEGER NOT NULL,
		key BLOB NOT NULL,
		entry INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
		PRIMARY KEY (kind, key)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX names_by_entry ON names (entry);

	CREATE TABLE paths (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		path TEXT NOT NULL UNIQUE
	) STRICT;
	CREATE TABLE file_versions (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		path INTEGER NOT NULL,
		digest ANY NOT NULL,
		UNIQUE (path, digest)
	) STRICT;
	-- Ids of paths, as packed-ids.ts packs them.
	CREATE TABLE path_sets (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		digest BLOB NOT NULL UNIQUE,
		paths BLOB NOT NULL
	) STRICT;

	-- Rows never change.
	CREATE TABLE manifests (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		direct_key BLOB NOT NULL,
		made_ms INTEGER NOT NULL,
		entry INTEGER NOT NULL REFERENCES entries ON DELETE CASCADE,
		includes BLOB NOT NULL,
		absent INTEGER NOT NULL,
		present INTEGER NOT NULL
	) STRICT;
	CREATE INDEX manifests_by_key ON manifests (direct_key, made_ms);
	CREATE INDEX manifests_by_entry ON manifests (entry);

	CREATE TABLE state (
		entries INTEGER NOT NULL,
		size INTEGER NOT NULL,
		-- Manifests that went since the last sweep, which leave paths behind that nobody names.
		manifests_gone INTEGER NOT NULL,
		-- How many sweeps there were: ids that one took away must not be used from memory.
		sweeps INTEGER NOT NULL,
		-- The folder of blobs that a rebuild comes to next; null when all are known.
		rebuild_from INTEGER
	) STRICT;
	INSERT INTO state VALUES (0, 0, 0, 0, 0);

	CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN
		UPDATE state SET entries = entries + 1, size = size + new.size;
	END;
	CREATE TRIGGER entry_resized AFTER UPDATE OF size ON entries BEGIN
		UPDATE state SET size = size + new.size - old.size;
	END;
	CREATE TRIGGER entry_removed AFTER DELETE ON entries BEGIN
		UPDATE state SET entries = entries - 1, size = size - old.size;
	END;
	CREATE TRIGGER manifest_removed AFTER DELETE ON manifests BEGIN
		UPDATE state SET manifests_gone = manifests_gone + 1;
	END;
	`,
	// Which package an entry is of, and whether it was ever served. What was used a minute after it was made, was.
	`
	CREATE TABLE packages (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		-- CATEGORY/PF, or empty.
		version TEXT NOT NULL UNIQUE,
		-- CATEGORY/PACKAGE, or empty.
		name TEXT NOT NULL
	) STRICT;
	CREATE INDEX packages_by_name ON packages (name);

	-- Null: its blob has not been asked yet.
	ALTER TABLE entries ADD COLUMN package INTEGER;
	ALTER TABLE entries ADD COLUMN proven INTEGER NOT NULL DEFAULT 0;
	UPDATE entries SET proven = 1 WHERE last_used_ms > created_ms + 60000;
	DROP INDEX entries_by_use;
	CREATE INDEX entries_by_use ON entries (proven, last_used_ms);
	CREATE INDEX entries_by_package ON entries (package);

	-- The newest of those that made room. One that comes again was wanted: it is proven from the start.
	CREATE TABLE evicted (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		result_key BLOB NOT NULL UNIQUE
	) STRICT;
	`,
];
