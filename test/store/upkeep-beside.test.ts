import {fork} from 'node:child_process';
import {once} from 'node:events';
import {rmSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {type CacheFolder, withCacheFolder} from '../../src/store/upkeep/cache-folder.js';
import {exportEntries} from '../../src/store/upkeep/export.js';
import {trim} from '../../src/store/upkeep/trim.js';
import {verify} from '../../src/store/upkeep/verify.js';
import {newFolder} from './sample.js';

const writer = fileURLToPath(new URL('writer.js', import.meta.url));

test('beside processes that write and evict, nothing sound is called damaged, and trimming goes', async t => {
	const dir = newFolder();
	const children = [0, 1].map(index => fork(writer, [dir, String(index * 31)]));
	t.teardown(async () => {
		for (const child of children) child.kill('SIGKILL');
		await Promise.all(
			children.map(child => child.exitCode ?? child.signalCode ?? once(child, 'exit')),
		);
		rmSync(dir, {recursive: true});
	});
	await Promise.all(children.map(child => once(child, 'message')));
	const inFolder = <Answer>(readOnly: boolean, act: (folder: CacheFolder) => Answer): Answer => {
		for (;;) {
			const answer = withCacheFolder({dir, now: Date.now, readOnly}, act);
			// Until the first blob is there, there is no cache.
			if (answer !== undefined) return answer;
		}
	};
	let read = 0;
	for (let round = 0; round < 12; round++) {
		const dryRun = round % 2 === 0;
		const found = inFolder(dryRun, folder => verify(folder, {dryRun, onProgress: () => {}}));
		const {damaged, missing, dangling, isIndexDamaged} = found;
		t.like(
			{damaged, missing, dangling, isIndexDamaged},
			{damaged: [], missing: [], dangling: 0, isIndexDamaged: false},
		);
		read += found.entries;
		const exported = inFolder(true, folder =>
			exportEntries(
				folder,
				() => true,
				() => {},
				() => {},
			),
		);
		t.is(exported.damaged, 0);
		const choice = {isMeant: undefined, unusedSinceMs: undefined, maxBytes: 100_000};
		inFolder(false, folder => trim(folder, choice, {dryRun: false}));
	}
	t.true(read > 0);
	t.deepEqual(
		children.map(({exitCode}) => exitCode),
		[null, null],
	);
});
