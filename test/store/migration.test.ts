import {rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {openToWrite} from '../../src/lib/open-sqlite-file.js';
import {indexSchema} from '../../src/store/schema.js';
import {withCacheFolder} from '../../src/store/upkeep/cache-folder.js';
import {entryOf, keyOf, newFolder, open} from './sample.js';

test('an index from before packages were noted keeps its entries, and learns their packages', t => {
	const dir = newFolder();
	const content = Buffer.alloc(9000);
	const first = open(dir);
	for (const name of ['a', 'b', 'c']) {
		first.put(entryOf(name, content, {package: `app-misc/${name}-1`}));
	}
	first.close();
	const path = join(dir, 'index.db');
	const newer = new Database(path);
	const rows = newer
		.prepare('SELECT result_key, size, created_ms, last_used_ms FROM entries ORDER BY id')
		.raw()
		.all() as unknown[][];
	newer.close();
	rmSync(path);
	const older = openToWrite({path, schema: indexSchema.slice(0, 1)});
	const add = older.prepare(
		'INSERT INTO entries (result_key, size, created_ms, last_used_ms) VALUES (?, ?, ?, ?)',
	);
	for (const row of rows) add.run(...row);
	older.exec('UPDATE state SET rebuild_from = NULL');
	// The oldest was used an hour after it was made.
	older
		.prepare('UPDATE entries SET last_used_ms = created_ms + 3600000 WHERE result_key = ?')
		.run(Buffer.from(keyOf('a'), 'hex'));
	older.close();

	const second = open(dir, {limitBytes: 30_000});
	t.is(second.usage().entries, 3);
	second.flush();
	const uses = withCacheFolder({dir, now: Date.now, readOnly: true}, ({index}) =>
		index.packages.uses().map(({version, provenBytes}) => [version, provenBytes > 0]),
	);
	t.deepEqual(uses?.toSorted(), [
		['app-misc/a-1', true],
		['app-misc/b-1', false],
		['app-misc/c-1', false],
	]);
	second.close();
	rmSync(dir, {recursive: true});
});
