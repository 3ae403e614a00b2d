import {
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {KeptResult} from '../../src/results/result-file.js';
import {ResultStore} from '../../src/results/result-store.js';

const keyOf = (letter: string) => `${letter.repeat(16)}-${letter.repeat(64)}`;
const [a, b, c] = ['a', 'b', 'c'].map(keyOf) as [string, string, string];

const result = (sizeBytes: number): KeptResult => ({
	...{stdout: Buffer.from('out'), stderr: Buffer.from('err'), wallMs: 12, cpuMs: 10},
	outputs: [{path: '/work/a.o', mode: 0o644, bytes: Buffer.alloc(sizeBytes, 7)}],
});

function newFolder(t: ExecutionContext) {
	const folder = mkdtempSync(join(tmpdir(), 'results-test-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const troubles: string[] = [];
	const clock = {nowMs: Date.now()};
	const open = (limitBytes = 1e6) =>
		ResultStore.open({
			...{folder, limitBytes, now: () => clock.nowMs},
			onTrouble: trouble => troubles.push(trouble),
		});
	const fileOf = (key: string) => join(folder, key.slice(0, 2), key);
	return {folder, open, troubles, clock, fileOf};
}

test('what is kept is found, also after a restart, as it was', async t => {
	const {open} = newFolder(t);
	const store = await open();
	t.is(await store.find(a), undefined);
	await store.keep(a, result(1000));
	t.deepEqual(await store.find(a), result(1000));
	t.is(await store.find(b), undefined);
	const again = await open();
	t.deepEqual(await again.find(a), result(1000));
	t.is(again.sizeBytes, store.sizeBytes);
	t.deepEqual(again.hints(10), ['a'.repeat(16)]);
});

test('those not asked for longest go when there is no room, before and after a restart', async t => {
	const {open, clock} = newFolder(t);
	const limitBytes = 100_000;
	const store = await open(limitBytes);
	const keys = [...'0123456789'].map(keyOf);
	for (const key of keys) {
		clock.nowMs += 1000;
		await store.keep(key, result(11_000));
		await store.find(keys[0] ?? '');
	}
	t.true(store.sizeBytes <= limitBytes);
	t.truthy(await store.find(keys[0] ?? ''));
	t.is(await store.find(keys[1] ?? ''), undefined);
	t.truthy(await store.find(keys[9] ?? ''));
	const smaller = await open(25_000);
	t.is(smaller.count, 2);
	t.truthy(await smaller.find(keys[9] ?? ''));
});

test('one that would take the room of many others is not kept', async t => {
	const {open} = newFolder(t);
	const store = await open(1e6);
	await store.keep(a, result(200_000));
	t.is(store.count, 0);
});

test('a damaged one is none, and goes', async t => {
	const {open, troubles, fileOf} = newFolder(t);
	const store = await open();
	for (const key of [a, b, c]) await store.keep(key, result(1000));
	const bytes = readFileSync(fileOf(a));
	bytes[600] = (bytes[600] ?? 0) ^ 1;
	writeFileSync(fileOf(a), bytes);
	truncateSync(fileOf(b), 500);
	truncateSync(fileOf(c), 0);
	for (const key of [a, b, c]) {
		t.is(await store.find(key), undefined);
		t.false(existsSync(fileOf(key)));
	}
	t.deepEqual(troubles, Array(3).fill('a kept result is damaged'));
	t.is(store.sizeBytes, 0);
	await store.keep(a, result(1000));
	t.deepEqual(await store.find(a), result(1000));
});

test('a result under the name of another is none', async t => {
	const {open, fileOf} = newFolder(t);
	const store = await open();
	for (const key of [a, b]) await store.keep(key, result(key === a ? 1000 : 2000));
	writeFileSync(fileOf(a), readFileSync(fileOf(b)));
	t.is(await store.find(a), undefined);
});

test('one that somebody removed is none; what was half written is swept', async t => {
	const {open, folder, fileOf, troubles} = newFolder(t);
	const store = await open();
	await store.keep(a, result(1000));
	rmSync(fileOf(a));
	t.is(await store.find(a), undefined);
	t.deepEqual(troubles, ['a kept result can not be read']);
	writeFileSync(join(folder, 'staging', '17'), 'half');
	await open();
	t.deepEqual(readdirSync(join(folder, 'staging')), []);
});

test('a store whose folder is gone tells so once, and no more', async t => {
	const {open, folder, troubles} = newFolder(t);
	const store = await open();
	rmSync(folder, {recursive: true});
	for (const key of [a, b]) await store.keep(key, result(1000));
	t.deepEqual(troubles, ['a result can not be kept']);
});
