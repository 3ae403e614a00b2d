import {fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {Worker} from 'node:worker_threads';
import test, {type ExecutionContext} from 'ava';
import {answers, entryOf, keyOf, manifestOf, newFolder, open} from './sample.js';

const writer = fileURLToPath(new URL('writer.js', import.meta.url));
const kills = 25;
const names = Array.from({length: 150}, (_, index) => `n${index}`);

/** Every entry is whole or a miss, and index and blobs are of one opinion. */
function check(t: ExecutionContext, dir: string): number {
	const store = open(dir, {limitBytes: 300_000, now: Date.now});
	for (let step = 0; step < 4; step++) store.maintain();
	const there = names.filter(name => {
		const {members, manifests, preprocessed} = answers(store, name);
		if (members === undefined) return false;
		t.true(members[0]?.bytes.startsWith(`${name} `), name);
		t.is(members[2]?.bytes, `dwo of ${name}`);
		t.deepEqual(manifests, [manifestOf(name)]);
		t.is(preprocessed, keyOf(name));
		return true;
	});
	// Killed before its first blob, a writer leaves not even the folder.
	mkdirSync(join(dir, 'blobs'), {recursive: true});
	const blobs = readdirSync(join(dir, 'blobs')).flatMap(shard =>
		readdirSync(join(dir, 'blobs', shard)),
	);
	t.deepEqual(blobs.sort(), there.map(keyOf).sort());
	t.is(store.usage().entries, there.length);
	t.true(store.usage().sizeBytes <= 300_000);
	t.is(
		store.usage().sizeBytes,
		there.reduce((sum, name) => sum + (store.get(keyOf(name))?.sizeBytes ?? 0), 0),
	);
	store.close();
	return there.length;
}

for (const together of [1, 2]) {
	test(`whenever ${together} writing processes are killed, entries are whole or misses`, async t => {
		const dir = newFolder();
		let there = 0;
		for (let round = 0; round < kills; round++) {
			const children = Array.from({length: together}, (_, index) =>
				fork(writer, [dir, String(round * 31 + index)]),
			);
			await Promise.all(children.map(child => once(child, 'message')));
			// Spread over the first instants and what follows.
			await sleep(((round * 37) % 100) * (round % 3 === 0 ? 0.2 : 2));
			for (const child of children) child.kill('SIGKILL');
			await Promise.all(children.map(child => once(child, 'exit')));
			there = check(t, dir);
		}
		t.true(there > 10);
		rmSync(dir, {recursive: true});
	});
}

test('threads of one process share a folder', async t => {
	const dir = newFolder();
	const threads = Array.from(
		{length: 3},
		(_, index) => new Worker(writer, {workerData: [dir, String(index * 50)]}),
	);
	const codes = await Promise.all(threads.map(thread => once(thread, 'exit')));
	t.deepEqual(codes.flat(), [0, 0, 0]);
	t.true(check(t, dir) > 10);
	rmSync(dir, {recursive: true});
});

test('threads go on when the folder is deleted under them', async t => {
	const dir = newFolder();
	const threads = Array.from(
		{length: 2},
		(_, index) => new Worker(writer, {workerData: [dir, String(index * 50), 'loses']}),
	);
	const ended = Promise.all(threads.map(thread => once(thread, 'exit')));
	await Promise.all(threads.map(thread => once(thread, 'message')));
	await sleep(60);
	renameSync(dir, `${dir}-deleted`);
	rmSync(`${dir}-deleted`, {recursive: true});
	t.deepEqual((await ended).flat(), [0, 0]);
	const store = open(dir, {limitBytes: 300_000, now: Date.now});
	store.put(entryOf('n0', 'n0 '));
	store.close();
	check(t, dir);
	rmSync(dir, {recursive: true});
});
