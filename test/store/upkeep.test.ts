import {readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import {ageBands} from '../../src/store/upkeep/age-bands.js';
import {type ReadAt, readArchive} from '../../src/store/upkeep/archive.js';
import {type CacheFolder, withCacheFolder} from '../../src/store/upkeep/cache-folder.js';
import {exportEntries} from '../../src/store/upkeep/export.js';
import {importEntries} from '../../src/store/upkeep/import.js';
import {type TrimChoice, trim} from '../../src/store/upkeep/trim.js';
import {verify} from '../../src/store/upkeep/verify.js';
import {answers, blobPath, entryOf, keyOf, manifestOf, newFolder, nothing, open} from './sample.js';

const dayMs = 86_400_000;
const startMs = 1_700_000_000_000;

/** Entries of these packages, one a day, named a0, a1, ... */
function cacheOf(versions: readonly string[], content: Buffer = Buffer.alloc(1000)) {
	const dir = newFolder();
	let nowMs = startMs;
	const store = open(dir, {now: () => nowMs});
	for (const [index, version] of versions.entries()) {
		store.put(entryOf(`a${index}`, content, {package: version}));
		nowMs += dayMs;
	}
	return {dir, store, nowMs, end: () => end(dir, store)};
}

function end(dir: string, store: ReturnType<typeof open>): void {
	store.close();
	rmSync(dir, {recursive: true});
}

function inFolder<Answer>(
	dir: string,
	act: (folder: CacheFolder) => Answer,
	readOnly = false,
): Answer {
	const answer = withCacheFolder({dir, now: Date.now, readOnly}, act);
	if (answer === undefined) throw new Error('no cache');
	return answer;
}

const verified = (dir: string, dryRun = false) =>
	inFolder(dir, folder => verify(folder, {dryRun, onProgress: () => {}}), dryRun);

const nothingWrong = {
	damaged: [],
	missing: [],
	dangling: 0,
	isIndexDamaged: false,
	unknown: 0,
	strays: 0,
	corrected: 0,
};

test('size by package and by age is that of the entries', t => {
	const {dir, nowMs, store, end} = cacheOf(['app-misc/a-1', 'app-misc/b-2', 'app-misc/a-1', '']);
	const uses = inFolder(dir, ({index}) => index.packages.uses());
	t.deepEqual(
		uses.map(({version, name, entries}) => ({version, name, entries})),
		[
			{version: 'app-misc/a-1', name: 'app-misc/a', entries: 2},
			{version: 'app-misc/b-2', name: 'app-misc/b', entries: 1},
			{version: '', name: '', entries: 1},
		],
	);
	t.like(uses[0], {oldestUseMs: startMs, newestUseMs: startMs + 2 * dayMs, provenBytes: 0});
	t.is(
		uses.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
		store.usage().sizeBytes,
	);
	const bands = (laterMs: number) =>
		inFolder(dir, ({index}) => ageBands(index, nowMs + laterMs).map(({entries}) => entries));
	t.deepEqual(bands(-1), [1, 3, 0, 0, 0]);
	t.deepEqual(bands(40 * dayMs), [0, 0, 0, 4, 0]);
	t.deepEqual(bands(400 * dayMs), [0, 0, 0, 0, 4]);
	end();
});

test('the packages of a cache from before the index knew of them are read from the blobs', t => {
	const {dir, store, end} = cacheOf(['app-misc/a-1', 'app-misc/b-2']);
	const database = new Database(join(dir, 'index.db'));
	database.exec('UPDATE entries SET package = NULL');
	database.close();
	t.deepEqual(
		inFolder(dir, ({index}) =>
			index.packages
				.uses()
				.map(({version}) => version)
				.sort(),
		),
		['app-misc/a-1', 'app-misc/b-2'],
	);
	end();
	t.is(store.usage().entries, 0);
});

const trims: readonly [what: string, choice: Partial<TrimChoice>, left: readonly string[]][] = [
	['by age', {unusedSinceMs: startMs + 2 * dayMs}, ['a0', 'a3', 'a4']],
	['by package', {isMeant: version => version === 'app-misc/a-1'}, ['a1', 'a3']],
	['to a size', {maxBytes: 5500}, ['a0', 'a4']],
	['to nothing', {maxBytes: 0}, []],
	[
		'by age and package',
		{unusedSinceMs: startMs + 2 * dayMs, isMeant: version => version === 'app-misc/b-2'},
		['a0', 'a2', 'a3', 'a4'],
	],
];
for (const [what, choice, left] of trims) {
	test(`trimming ${what} removes these and no others, and first only says so`, t => {
		const content = Buffer.alloc(1500);
		const versions = [
			'app-misc/a-1',
			'app-misc/b-2',
			'app-misc/a-1',
			'app-misc/b-2',
			'app-misc/a-1',
		];
		const {dir, store, end} = cacheOf(versions, content);
		// Served later than all others were made, and so are proven.
		store.get(keyOf('a0'));
		store.flush();
		const all = {unusedSinceMs: undefined, maxBytes: undefined, isMeant: undefined, ...choice};
		if (choice.unusedSinceMs !== undefined) all.unusedSinceMs = choice.unusedSinceMs + dayMs;
		const would = inFolder(dir, folder => trim(folder, all, {dryRun: true}), true);
		t.is(store.usage().entries, versions.length);
		const before = store.usage();
		const did = inFolder(dir, folder => trim(folder, all, {dryRun: false}));
		t.deepEqual(did, would);
		const after = store.usage();
		t.deepEqual(did, {
			entries: before.entries - after.entries,
			sizeBytes: before.sizeBytes - after.sizeBytes,
		});
		const found = versions.map((_, index) => `a${index}`).filter(name => store.get(keyOf(name)));
		if (choice.unusedSinceMs === undefined) t.deepEqual(found, [...left]);
		else
			t.deepEqual(
				found,
				left.filter(name => name !== 'a2' || !!choice.isMeant),
			);
		end();
	});
}

test('a cache in which nothing is wrong is as it was', t => {
	const {dir, store, end} = cacheOf(['app-misc/a-1', 'app-misc/b-2']);
	for (const dryRun of [true, false]) {
		const {sizeBytes} = store.usage();
		t.deepEqual(verified(dir, dryRun), {...nothingWrong, entries: 2, sizeBytes});
	}
	t.truthy(store.get(keyOf('a0')));
	end();
});

test('whatever is wrong is found, told alone first, and mended then', t => {
	const {dir, store, end} = cacheOf(Array.from({length: 7}, () => 'app-misc/a-1'));
	const flipped = readFileSync(blobPath(dir, keyOf('a0')));
	flipped[flipped.length - 200] = (flipped[flipped.length - 200] ?? 0) ^ 1;
	writeFileSync(blobPath(dir, keyOf('a0')), flipped);
	truncateSync(blobPath(dir, keyOf('a1')), 100);
	rmSync(blobPath(dir, keyOf('a2')));
	writeFileSync(join(dir, 'blobs', keyOf('a3').slice(0, 2), 'leftover'), 'x');
	const database = new Database(join(dir, 'index.db'));
	const change = (sql: string, name: string) =>
		database.prepare(sql).run(Buffer.from(keyOf(name), 'hex'));
	change('UPDATE entries SET size = 1 WHERE result_key = ?', 'a3');
	change('DELETE FROM entries WHERE result_key = ?', 'a4');
	change('UPDATE manifests SET absent = 999 WHERE direct_key = ?', 'direct a5');
	database.exec('UPDATE state SET size = size + 1');
	database.close();
	const wrong = {
		entries: 5 - 1,
		damaged: [keyOf('a0'), keyOf('a1')].sort(),
		missing: [keyOf('a2')],
		dangling: 1,
		isIndexDamaged: false,
		unknown: 1,
		strays: 1,
	};
	t.like(verified(dir, true), wrong);
	t.is(store.usage().entries, 6);
	t.like(verified(dir), wrong);
	t.deepEqual(verified(dir), {...nothingWrong, entries: 4, sizeBytes: store.usage().sizeBytes});
	for (const name of ['a0', 'a1', 'a2']) t.deepEqual(answers(store, name), nothing);
	t.truthy(store.get(keyOf('a4')));
	t.deepEqual(store.manifests(keyOf('direct a5')), []);
	end();
});

test('an index that is garbled is told, and made anew', t => {
	const {dir, store, end} = cacheOf(['app-misc/a-1', 'app-misc/b-2']);
	store.close();
	writeFileSync(join(dir, 'index.db'), Buffer.alloc(9000, 'x'));
	t.throws(() => verified(dir, true), {code: 'STORE_DAMAGED'});
	t.like(verified(dir), {isIndexDamaged: true, entries: 2, damaged: []});
	t.like(verified(dir), nothingWrong);
	end();
});

function exported(dir: string, isMeant: (version: string) => boolean = () => true): Buffer {
	const chunks: Buffer[] = [];
	inFolder(dir, folder =>
		exportEntries(
			folder,
			isMeant,
			bytes => chunks.push(bytes),
			() => {},
		),
	);
	return Buffer.concat(chunks);
}

function imported(archive: Buffer, dir: string, limitBytes = 1 << 30) {
	const readAt: ReadAt = (position, length) => archive.subarray(position, position + length);
	const store = open(dir, {limitBytes});
	try {
		return importEntries(readArchive(readAt, archive.length, 'f'), store, dir, () => {});
	} finally {
		store.close();
	}
}

test('what one cache exports another one imports, found by every name', t => {
	const from = cacheOf(['app-misc/a-1', 'app-misc/b-2', 'app-misc/a-2']);
	from.store.addManifest(keyOf('another'), manifestOf('more', keyOf('a0')));
	const archive = exported(from.dir, version => version.startsWith('app-misc/a-'));
	const dir = newFolder();
	t.like(imported(archive, dir), {entries: 2, known: 0, refused: 0});
	const store = open(dir);
	t.deepEqual(answers(store, 'a0'), answers(from.store, 'a0'));
	t.deepEqual(answers(store, 'a2'), answers(from.store, 'a2'));
	t.deepEqual(answers(store, 'a1'), nothing);
	t.deepEqual(store.manifests(keyOf('another')), [manifestOf('more', keyOf('a0'))]);
	t.like(imported(archive, dir), {entries: 0, known: 2, refused: 0});
	end(dir, store);
	from.end();
});

test('importing leaves a sound entry as it is, and puts one in the place of a damaged one', t => {
	const from = cacheOf(['app-misc/a-1', 'app-misc/a-1']);
	const archive = exported(from.dir);
	const dir = newFolder();
	const store = open(dir);
	store.put(entryOf('a0', 'another result'));
	store.put(entryOf('a1', 'another result'));
	truncateSync(blobPath(dir, keyOf('a1')), 50);
	const {ino} = statSync(blobPath(dir, keyOf('a0')));
	t.like(imported(archive, dir), {entries: 1, known: 1, refused: 0});
	t.is(statSync(blobPath(dir, keyOf('a0'))).ino, ino);
	t.is(answers(store, 'a1').members?.[0]?.bytes.length, 1000);
	end(dir, store);
	from.end();
});

test('no archive with a flipped bit brings in anything but what was exported', t => {
	const from = cacheOf(['app-misc/a-1', 'app-misc/a-1'], Buffer.from('small'));
	const archive = exported(from.dir);
	const right = [answers(from.store, 'a0'), answers(from.store, 'a1')];
	for (let at = 0; at < archive.length; at += 37) {
		const changed = Buffer.from(archive);
		changed[at] = (changed[at] ?? 0) ^ 4;
		const dir = newFolder();
		try {
			t.is(imported(changed, dir).refused, 1);
		} catch (error) {
			t.is((error as {code?: string}).code, 'CACHE_ARCHIVE_INVALID');
		}
		const store = open(dir);
		for (const [index, each] of right.entries()) {
			const found = answers(store, `a${index}`);
			if (found.members !== undefined) t.deepEqual(found, each);
		}
		end(dir, store);
	}
	from.end();
});

test('an archive that is cut, of another version or none of ours is refused', t => {
	const from = cacheOf(['app-misc/a-1']);
	const archive = exported(from.dir);
	const newer = Buffer.from(archive);
	newer[7] = 2;
	const others = [archive.subarray(0, -1), archive.subarray(0, 100), Buffer.from('PK'), newer];
	for (const other of [...others, Buffer.alloc(0), Buffer.concat([archive, Buffer.alloc(1)])]) {
		const dir = newFolder();
		t.throws(() => imported(other, dir), {code: 'CACHE_ARCHIVE_INVALID'});
		rmSync(dir, {recursive: true});
	}
	t.throws(() => imported(newer, newFolder()), {message: /version 2/});
	from.end();
});

test('what is larger than the whole cache is not imported', t => {
	const from = cacheOf(['app-misc/a-1', 'app-misc/a-1'], Buffer.alloc(5000));
	const dir = newFolder();
	t.like(imported(exported(from.dir), dir, 3000), {entries: 0, refused: 2});
	rmSync(dir, {recursive: true});
	from.end();
});
