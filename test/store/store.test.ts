import {readdirSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {manifestsPerKey} from '../../src/store/store.js';
import {
	answers,
	blobPath,
	entryOf,
	keyOf,
	manifestOf,
	newFolder,
	nothing,
	open,
	ticking,
} from './sample.js';

test('what was put is found by every name', t => {
	const store = open(newFolder());
	const entry = entryOf('a');
	store.put(entry);
	const found = store.get(entry.resultKey);
	t.deepEqual(found?.members, entry.members);
	t.is(found?.compileMs, 1234.5);
	t.is(found?.sourcesDigest, entry.facts.sourcesDigest);
	t.deepEqual(store.manifests(keyOf('direct a')), [manifestOf('a')]);
	t.is(store.preprocessed(keyOf('preprocessed a')), entry.resultKey);
	t.true(store.seen(keyOf('unit a')));
	t.deepEqual(answers(store, 'b'), nothing);
	t.is(store.usage().entries, 1);
	store.close();
});

test('an entry without names, manifest or members is an entry', t => {
	const store = open(newFolder());
	const facts = {
		directKey: undefined,
		manifest: undefined,
		preprocessedKey: undefined,
		sourcesDigest: undefined,
	};
	store.put({...entryOf('a', '', {...facts, unitKeys: []}), members: []});
	t.deepEqual(answers(store, 'a'), {...nothing, members: [], compileMs: 1234.5});
	store.close();
});

test('files and folders are their owner’s alone', t => {
	const dir = join(newFolder(), 'deep', 'cache');
	const store = open(dir);
	store.put(entryOf('a'));
	t.is(statSync(dir).mode & 0o777, 0o700);
	t.is(statSync(blobPath(dir, keyOf('a'))).mode & 0o777, 0o600);
	t.is(statSync(join(dir, 'index.db')).mode & 0o777, 0o600);
	t.deepEqual(readdirSync(join(dir, 'temp')), []);
	store.close();
});

test('an entry takes the place of one with its key', t => {
	const store = open(newFolder());
	store.put(entryOf('a', 'old'));
	store.put(entryOf('a', 'new and longer'));
	t.is(answers(store, 'a').members?.[0]?.bytes, 'new and longer');
	t.is(store.usage().entries, 1);
	t.is(store.get(keyOf('a'))?.sizeBytes, store.usage().sizeBytes);
	t.is(store.manifests(keyOf('direct a')).length, 1);
	store.close();
});

test('manifests come newest first, and only the newest', t => {
	const store = open(newFolder());
	store.put(entryOf('a'));
	const direct = keyOf('direct a');
	for (let index = 0; index < manifestsPerKey + 4; index++) {
		store.addManifest(direct, manifestOf(`m${index}`, keyOf('a')));
	}
	const found = store.manifests(direct).map(({includes}) => includes[1]?.path);
	t.deepEqual(
		found,
		Array.from({length: manifestsPerKey}, (_, index) => `m${manifestsPerKey + 3 - index}.h`),
	);
	store.close();
});

test('a manifest that comes again is the newest, once', t => {
	const store = open(newFolder());
	store.put(entryOf('a'));
	const direct = keyOf('direct a');
	store.addManifest(direct, manifestOf('b', keyOf('a')));
	store.addManifest(direct, manifestOf('a'));
	t.deepEqual(store.manifests(direct), [manifestOf('a'), manifestOf('b', keyOf('a'))]);
	store.close();
});

test('a manifest of an entry that is not there is not kept', t => {
	const store = open(newFolder());
	store.addManifest(keyOf('direct a'), manifestOf('a'));
	t.deepEqual(store.manifests(keyOf('direct a')), []);
	store.close();
});

test('manifests and their paths stay the same objects while nothing changes', t => {
	const dir = newFolder();
	const store = open(dir);
	store.put(entryOf('a'));
	store.put(entryOf('b'));
	const [a] = store.manifests(keyOf('direct a'));
	const [b] = store.manifests(keyOf('direct b'));
	t.is(store.manifests(keyOf('direct a'))[0], a);
	t.is(a?.absent, b?.absent);
	t.is(a?.includes[0], b?.includes[0]);

	const other = open(dir);
	other.put(entryOf('c'));
	t.is(store.manifests(keyOf('direct a'))[0], a);
	other.addManifest(keyOf('direct a'), manifestOf('x', keyOf('a')));
	const [x, again] = store.manifests(keyOf('direct a'));
	t.is(x?.includes[1]?.path, 'x.h');
	t.is(again, a);
	other.close();
	store.close();
});

test('a name that two entries have leads to the younger one', t => {
	const store = open(newFolder());
	const preprocessedKey = keyOf('same');
	store.put(entryOf('young', 'y', {preprocessedKey, createdMs: 2000}));
	store.put(entryOf('old', 'o', {preprocessedKey, createdMs: 1000}));
	t.is(store.preprocessed(preprocessedKey), keyOf('young'));
	store.put(entryOf('younger', 'z', {preprocessedKey, createdMs: 3000}));
	t.is(store.preprocessed(preprocessedKey), keyOf('younger'));
	store.close();
});

test('above the limit, what was not used for longest goes, down to nine tenths', t => {
	const now = ticking();
	const store = open(newFolder(), {limitBytes: 100_000, now});
	const content = Buffer.alloc(9000);
	const names = Array.from({length: 10}, (_, index) => `e${index}`);
	for (const name of names) store.put(entryOf(name, content));
	t.is(store.usage().entries, 10);
	store.get(keyOf('e0'));
	store.put(entryOf('e10', content));
	const left = [...names, 'e10'].filter(name => store.get(keyOf(name)) !== undefined);
	t.true(store.usage().sizeBytes <= 90_000);
	t.true(store.usage().sizeBytes > 80_000);
	t.is(left.length, store.usage().entries);
	t.false(left.includes('e1'));
	t.true(left.includes('e0') && left.includes('e9') && left.includes('e10'));
	t.deepEqual(answers(store, 'e1'), nothing);
	store.close();
});

test('uses are remembered over a restart', t => {
	const dir = newFolder();
	const now = ticking();
	const content = Buffer.alloc(9000);
	const first = open(dir, {limitBytes: 30_000, now});
	for (const name of ['a', 'b', 'c']) first.put(entryOf(name, content));
	first.get(keyOf('a'));
	first.close();
	const second = open(dir, {limitBytes: 30_000, now});
	second.put(entryOf('d', content));
	t.truthy(second.get(keyOf('a')));
	t.is(second.get(keyOf('b')), undefined);
	second.close();
});

test('an entry larger than the limit is not stored, and with a limit of 0 none is', t => {
	for (const limitBytes of [0, 1000]) {
		const store = open(newFolder(), {limitBytes});
		store.put(entryOf('a', Buffer.alloc(2000)));
		t.deepEqual(answers(store, 'a'), nothing);
		t.is(store.usage().entries, 0);
		store.close();
	}
});

test('two stores of one folder see each other’s entries', t => {
	const dir = newFolder();
	const one = open(dir);
	const two = open(dir);
	one.put(entryOf('a'));
	two.put(entryOf('b'));
	t.deepEqual(answers(one, 'b'), answers(two, 'b'));
	t.deepEqual(answers(one, 'a'), answers(two, 'a'));
	t.is(one.usage().entries, 2);
	one.close();
	two.put(entryOf('c'));
	t.is(two.usage().entries, 3);
	two.close();
});

test('direct mode is described, a line a manifest', t => {
	const store = open(newFolder());
	for (let index = 0; index < 300; index++) store.put(entryOf(`e${index}`));
	const lines = [...store.describeManifests()];
	t.is(lines.length, 300);
	t.is(lines[0], `${keyOf('direct e0')} -> ${keyOf('e0')}: 3 includes, 2 absent, 1 present`);
	store.close();
});

test('maintaining drops paths that no manifest names, and keeps the others', t => {
	const dir = newFolder();
	const store = open(dir, {limitBytes: 400_000});
	const content = Buffer.alloc(900);
	const other = open(dir);
	other.put(entryOf('kept', content));
	for (let index = 0; index < 600; index++) store.put(entryOf(`e${index}`, content));
	store.maintain();
	other.put(entryOf('e0', content));
	t.deepEqual(other.manifests(keyOf('direct e0')), [manifestOf('e0')]);
	t.deepEqual(store.manifests(keyOf('direct e599')), [manifestOf('e599')]);
	t.deepEqual(store.manifests(keyOf('direct e0')), [manifestOf('e0')]);
	other.close();
	store.close();
	const third = open(dir);
	t.deepEqual(third.manifests(keyOf('direct e599')), [manifestOf('e599')]);
	third.close();
	rmSync(dir, {recursive: true});
});
