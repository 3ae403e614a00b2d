import {spawnSync} from 'node:child_process';
import {
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {AppError} from '../../src/lib/errors.js';
import type {Rebuild} from '../../src/store/store.js';
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

const mayMount = process.getuid?.() === 0 && mounts();
const mountTest = mayMount ? test : test.skip;
const names = ['a', 'b', 'c'];

function mounts(): boolean {
	const dir = newFolder();
	const mounted = mount('-t', 'tmpfs', 'tmpfs', dir);
	if (mounted) unmount(dir);
	return mounted;
}

function mount(...args: string[]): boolean {
	return spawnSync('mount', args).status === 0;
}

function unmount(dir: string): void {
	spawnSync('umount', [dir]);
}

function filled(): string {
	const dir = newFolder();
	const store = open(dir);
	for (const name of names) store.put(entryOf(name));
	store.close();
	return dir;
}

test('a flipped bit anywhere in a blob is a miss that removes the entry', t => {
	const dir = newFolder();
	const store = open(dir);
	const path = blobPath(dir, keyOf('a'));
	store.put(entryOf('a'));
	const whole = readFileSync(path);
	for (let index = 0; index < whole.length; index++) {
		const bytes = Buffer.from(whole);
		bytes[index] = (bytes[index] as number) ^ (1 << (index % 8));
		writeFileSync(path, bytes);
		t.is(store.get(keyOf('a')), undefined, `byte ${index}`);
		t.false(existsSync(path));
		if (index % 97 === 0) {
			t.is(store.usage().entries, 0);
			t.deepEqual(answers(store, 'a'), nothing);
			store.put(entryOf('a'));
		}
	}
	store.put(entryOf('a'));
	t.truthy(store.get(keyOf('a')));
	store.close();
});

test('a blob that was cut, emptied, made longer or another key’s is a miss', t => {
	const dir = newFolder();
	const store = open(dir);
	store.put(entryOf('b'));
	const spoil: ((path: string) => void)[] = [
		path => truncateSync(path, 5),
		path => truncateSync(path, 0),
		path => truncateSync(path, 200),
		path => writeFileSync(path, 'x', {flag: 'a'}),
		path => copyFileSync(blobPath(dir, keyOf('b')), path),
		path => rmSync(path),
	];
	for (const act of spoil) {
		store.put(entryOf('a'));
		act(blobPath(dir, keyOf('a')));
		t.is(store.get(keyOf('a')), undefined);
		t.deepEqual(answers(store, 'a'), nothing);
		t.is(store.usage().entries, 1);
	}
	store.close();
});

const damages: Record<string, (path: string) => void> = {
	empty: path => truncateSync(path, 0),
	'no database': path => writeFileSync(path, 'x'.repeat(10_000)),
	cut: path => truncateSync(path, 9000),
	deleted: path => rmSync(path),
	garbled: path => {
		const bytes = readFileSync(path);
		bytes.fill(0xa5, 4096);
		writeFileSync(path, bytes);
	},
	'of a newer version': path => {
		const bytes = readFileSync(path);
		bytes.writeUInt32BE(99, 60);
		writeFileSync(path, bytes);
	},
};

for (const [how, act] of Object.entries(damages)) {
	test(`an index that is ${how} is made anew from the blobs`, t => {
		const dir = filled();
		const before = open(dir);
		const expected = names.map(name => answers(before, name));
		before.close();
		act(join(dir, 'index.db'));
		const store = open(dir);
		// Damage deep inside shows only when it is met.
		for (const name of names) answers(store, name);
		store.put(entryOf('d'));
		t.deepEqual(
			names.map(name => answers(store, name)),
			expected,
		);
		t.is(store.usage().entries, 4);
		store.close();
	});

	test(`an index that becomes ${how} while open is made anew`, t => {
		const dir = filled();
		const now = ticking();
		let laterMs = 0;
		const store = open(dir, {now: () => now() + laterMs});
		const expected = names.map(name => answers(store, name));
		store.flush();
		rmSync(join(dir, 'index.db-wal'));
		act(join(dir, 'index.db'));
		laterMs = 5000;
		store.put(entryOf('d'));
		t.deepEqual(
			names.map(name => answers(store, name)),
			expected,
		);
		t.deepEqual(store.manifests(keyOf('direct d')), [manifestOf('d')]);
		store.close();
		const next = open(dir);
		t.is(next.usage().entries, 4);
		t.deepEqual(
			names.map(name => answers(next, name)),
			expected,
		);
		next.close();
	});
}

test('a rebuild of many entries tells how far it is, one of few does not', t => {
	const dir = newFolder();
	const first = open(dir);
	for (let count = 0; count < 200; count++) first.put(entryOf(`entry ${count}`));
	first.close();
	rmSync(join(dir, 'index.db'));
	const told: Rebuild[] = [];
	open(dir, {onRebuild: rebuild => told.push(rebuild)}).close();
	t.deepEqual(told.at(-1), {entries: 200, share: 1});
	t.true(told.length >= 4, 'a step is of 64 entries');
	for (const [index, {entries, share}] of told.entries()) {
		const before = told[index - 1];
		t.true(entries > (before?.entries ?? 0) || share === 1);
		t.true(share > (before?.share ?? -1));
	}
	const few = filled();
	rmSync(join(few, 'index.db'));
	open(few, {onRebuild: () => t.fail()}).close();
});

test('of a damaged index one is kept for whoever wants to look at it', t => {
	const dir = filled();
	for (let round = 0; round < 3; round++) {
		writeFileSync(join(dir, 'index.db'), 'x'.repeat(5000));
		open(dir).close();
	}
	t.is(readdirSync(dir).filter(name => name.startsWith('index.db.damaged-')).length, 1);
});

test('two stores that meet the same damage agree on one new index', t => {
	const dir = filled();
	const now = ticking();
	let laterMs = 0;
	const clock = () => now() + laterMs;
	const stores = [open(dir, {now: clock}), open(dir, {now: clock})];
	writeFileSync(join(dir, 'index.db'), 'x'.repeat(30_000));
	rmSync(join(dir, 'index.db-wal'));
	laterMs = 5000;
	for (const [index, store] of stores.entries()) store.put(entryOf(`new ${index}`));
	for (const store of stores) {
		laterMs += 5000;
		t.is(store.usage().entries, 5);
		for (const name of [...names, 'new 0', 'new 1']) t.truthy(store.get(keyOf(name)));
	}
	for (const store of stores) store.close();
});

test('someone deletes the folder: misses, then all is made again', t => {
	const dir = filled();
	const now = ticking();
	let laterMs = 0;
	const clock = () => now() + laterMs;
	const store = open(dir, {now: clock});
	const other = open(dir, {now: clock});
	t.truthy(answers(store, 'a').members);
	rmSync(dir, {recursive: true});
	t.is(store.get(keyOf('a')), undefined);
	laterMs = 1500;
	t.deepEqual(answers(store, 'a'), nothing);
	t.false(existsSync(dir));
	store.put(entryOf('b'));
	t.deepEqual(store.manifests(keyOf('direct b')), [manifestOf('b')]);
	laterMs = 3000;
	t.deepEqual(answers(other, 'b'), answers(store, 'b'));
	t.is(other.usage().entries, 1);
	other.put(entryOf('c'));
	t.is(store.usage().entries, 2);
	store.close();
	other.close();
});

test('blobs without a row are taken up, rows without a blob go, what was staged long ago goes', t => {
	const dir = filled();
	const other = filled();
	const store = open(dir, {now: ticking(Date.now())});
	const put = open(other);
	put.put(entryOf('extra'));
	put.close();
	const extra = blobPath(dir, keyOf('extra'));
	mkdirSync(join(extra, '..'), {recursive: true});
	copyFileSync(blobPath(other, keyOf('extra')), extra);
	const broken = blobPath(dir, keyOf('broken'));
	mkdirSync(join(broken, '..'), {recursive: true});
	writeFileSync(broken, 'nonsense');
	rmSync(blobPath(dir, keyOf('a')));
	writeFileSync(join(dir, 'temp', 'old'), '');
	utimesSync(join(dir, 'temp', 'old'), 1, 1);
	writeFileSync(join(dir, 'temp', 'new'), '');
	for (let step = 0; step < 4; step++) store.maintain();
	t.is(store.usage().entries, 3);
	t.deepEqual(answers(store, 'a'), nothing);
	t.deepEqual(store.manifests(keyOf('direct extra')), [manifestOf('extra')]);
	t.false(existsSync(broken));
	t.deepEqual(readdirSync(join(dir, 'temp')), ['new']);
	store.close();
});

test('a blob without a row that is served gets one', t => {
	const dir = newFolder();
	const from = filled();
	const store = open(dir);
	cpSync(join(from, 'blobs'), join(dir, 'blobs'), {recursive: true});
	t.truthy(store.get(keyOf('a')));
	store.flush();
	t.is(store.usage().entries, 1);
	t.is(store.preprocessed(keyOf('preprocessed a')), keyOf('a'));
	store.close();
});

test('a read-only store answers, keeps nothing and writes nothing', t => {
	const dir = filled();
	const before = snapshot(dir);
	const store = open(dir, {mode: 'READ_ONLY'});
	t.truthy(answers(store, 'a').members);
	t.deepEqual(store.manifests(keyOf('direct a')), [manifestOf('a')]);
	store.put(entryOf('d'));
	store.addManifest(keyOf('direct a'), manifestOf('d', keyOf('a')));
	writeFileSync(blobPath(dir, keyOf('b')), 'damaged');
	const damaged = snapshot(dir);
	t.is(store.get(keyOf('b')), undefined);
	store.flush();
	store.maintain();
	t.deepEqual(snapshot(dir), damaged);
	store.close();
	t.deepEqual(snapshot(dir), damaged);
	t.deepEqual(Object.keys(damaged), Object.keys(before));
});

test('a read-only store reads what a killed daemon left, and writes nothing', t => {
	const dir = newFolder();
	const writer = open(dir);
	for (const name of names) writer.put(entryOf(name));
	for (const sides of [[], ['-wal'], ['-wal', '-shm']]) {
		const copy = newFolder();
		cpSync(join(dir, 'blobs'), join(copy, 'blobs'), {recursive: true});
		if (sides.length === 0) writer.close();
		for (const side of ['', ...sides]) {
			if (existsSync(join(dir, `index.db${side}`)))
				copyFileSync(join(dir, `index.db${side}`), join(copy, `index.db${side}`));
		}
		const before = Object.keys(snapshot(copy));
		const store = open(copy, {mode: 'READ_ONLY'});
		t.deepEqual(store.manifests(keyOf('direct b')), [manifestOf('b')], sides.join());
		store.close();
		t.deepEqual(Object.keys(snapshot(copy)), before);
	}
});

test('a read-only store of a folder that is not there makes none', t => {
	const dir = join(newFolder(), 'none');
	const store = open(dir, {mode: 'READ_ONLY'});
	t.deepEqual(answers(store, 'a'), nothing);
	store.put(entryOf('a'));
	store.flush();
	store.close();
	t.false(existsSync(dir));
});

test('a folder that can’t be made: misses and STORE_UNWRITABLE, until it can', t => {
	const parent = newFolder();
	const blocked = join(parent, 'file');
	writeFileSync(blocked, '');
	const now = ticking();
	let laterMs = 0;
	const store = open(join(blocked, 'cache'), {now: () => now() + laterMs});
	t.deepEqual(answers(store, 'a'), nothing);
	t.is(store.usage().entries, 0);
	t.is(t.throws(() => store.put(entryOf('a')), {instanceOf: AppError})?.code, 'STORE_UNWRITABLE');
	store.flush();
	rmSync(blocked);
	laterMs = 10_000;
	store.put(entryOf('a'));
	t.truthy(answers(store, 'a').members);
	store.close();
});

mountTest('on a read-only file system: hits, and STORE_UNWRITABLE for what would be written', t => {
	const dir = filled();
	t.true(mount('--bind', dir, dir) && mount('-o', 'remount,bind,ro', dir));
	try {
		const store = open(dir);
		t.deepEqual(store.manifests(keyOf('direct a')), [manifestOf('a')]);
		t.truthy(answers(store, 'a').members);
		t.is(t.throws(() => store.put(entryOf('d')), {instanceOf: AppError})?.code, 'STORE_UNWRITABLE');
		store.flush();
		store.close();
	} finally {
		unmount(dir);
	}
});

mountTest('on a full disk: STORE_FULL, and stored again once there is room', t => {
	const dir = newFolder();
	t.true(mount('-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', dir));
	try {
		const store = open(join(dir, 'cache'));
		store.put(entryOf('a'));
		const ballast = join(dir, 'ballast');
		try {
			writeFileSync(ballast, Buffer.alloc(8 << 20));
		} catch {
			// As far as it went.
		}
		for (const size of [1_000_000, 10]) {
			const error = t.throws(() => store.put(entryOf('big', Buffer.alloc(size))), {
				instanceOf: AppError,
			});
			t.is(error?.code, 'STORE_FULL', error?.message);
		}
		t.deepEqual(readdirSync(join(dir, 'cache', 'temp')), []);
		t.truthy(answers(store, 'a').members);
		store.flush();
		rmSync(ballast);
		store.put(entryOf('big', Buffer.alloc(1_000_000)));
		t.truthy(answers(store, 'big').members);
		t.truthy(answers(store, 'a').members);
		store.close();
	} finally {
		unmount(dir);
	}
});

mountTest('a disk that is full when the store is opened', t => {
	const dir = newFolder();
	t.true(mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir));
	try {
		try {
			writeFileSync(join(dir, 'ballast'), Buffer.alloc(2 << 20));
		} catch {
			// As far as it went.
		}
		const now = ticking();
		let laterMs = 0;
		const store = open(join(dir, 'cache'), {now: () => now() + laterMs});
		t.deepEqual(answers(store, 'a'), nothing);
		t.regex(
			t.throws(() => store.put(entryOf('a')), {instanceOf: AppError})?.code ?? '',
			/STORE_(FULL|UNWRITABLE)/,
		);
		rmSync(join(dir, 'ballast'));
		laterMs = 10_000;
		store.put(entryOf('a'));
		t.truthy(answers(store, 'a').members);
		store.close();
	} finally {
		unmount(dir);
	}
});

function snapshot(dir: string): Record<string, string> {
	return Object.fromEntries(
		readdirSync(dir, {recursive: true, withFileTypes: true})
			.filter(entry => entry.isFile())
			.map(entry => join(entry.parentPath, entry.name))
			.sort()
			.map(path => [path, readFileSync(path).toString('base64')]),
	);
}
