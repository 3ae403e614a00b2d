import {mkdirSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {ArchiveTree} from '../../src/toolchain/archive-tree.js';
import {tempFolder} from './temp-folder.js';

/** Entries below a folder, as `path`, `path/` or `path -> target`. */
function shown(tree: ArchiveTree, folder: string): readonly string[] {
	return tree
		.entries()
		.filter(entry => entry.path.startsWith(`${folder}/`))
		.map(entry => {
			const path = entry.path.slice(folder.length + 1);
			if (entry.kind === 'link') return `${path} -> ${entry.target.replace(folder, '')}`;
			return entry.kind === 'folder' ? `${path}/` : path;
		});
}

function folderOf(t: {teardown(run: () => void): void}): string {
	return realpathSync(tempFolder(t));
}

test('every link on the way to a compiler is an entry, and the file lies where they lead', async t => {
	const folder = folderOf(t);
	const slot = join(folder, 'usr/x86_64-pc-linux-gnu/gcc-bin/13');
	mkdirSync(slot, {recursive: true});
	mkdirSync(join(folder, 'usr/bin'));
	symlinkSync('usr/bin', join(folder, 'bin'));
	symlinkSync('x86_64-pc-linux-gnu-gcc', join(folder, 'usr/bin/gcc'));
	symlinkSync(
		join(slot, 'x86_64-pc-linux-gnu-gcc'),
		join(folder, 'usr/bin/x86_64-pc-linux-gnu-gcc'),
	);
	writeFileSync(join(slot, 'x86_64-pc-linux-gnu-gcc'), 'gcc', {mode: 0o755});
	const tree = new ArchiveTree();
	t.is(await tree.add(join(folder, 'bin/gcc')), join(slot, 'x86_64-pc-linux-gnu-gcc'));
	t.deepEqual(shown(tree, folder), [
		'bin -> usr/bin',
		'usr/',
		'usr/bin/',
		'usr/bin/gcc -> x86_64-pc-linux-gnu-gcc',
		'usr/bin/x86_64-pc-linux-gnu-gcc -> /usr/x86_64-pc-linux-gnu/gcc-bin/13/x86_64-pc-linux-gnu-gcc',
		'usr/x86_64-pc-linux-gnu/',
		'usr/x86_64-pc-linux-gnu/gcc-bin/',
		'usr/x86_64-pc-linux-gnu/gcc-bin/13/',
		'usr/x86_64-pc-linux-gnu/gcc-bin/13/x86_64-pc-linux-gnu-gcc',
	]);
});

test('a folder that a path leaves again by .. is there to be left', async t => {
	const folder = folderOf(t);
	mkdirSync(join(folder, 'lib/gcc/13'), {recursive: true});
	mkdirSync(join(folder, 'bin'));
	writeFileSync(join(folder, 'bin/as'), '');
	const tree = new ArchiveTree();
	await tree.add(`${folder}/lib/gcc/13/../../../bin/as`);
	t.deepEqual(shown(tree, folder), ['bin/', 'bin/as', 'lib/', 'lib/gcc/', 'lib/gcc/13/']);
});

test('of a path that leads nowhere nothing is added', async t => {
	const folder = folderOf(t);
	symlinkSync('gone', join(folder, 'dangling'));
	const tree = new ArchiveTree();
	t.is(await tree.addIfThere(join(folder, 'dangling')), undefined);
	t.deepEqual(tree.entries(), []);
	await t.throwsAsync(tree.add(join(folder, 'dangling')), {code: 'ENOENT'});
});

test('links in a circle are an error that says so', async t => {
	const folder = folderOf(t);
	symlinkSync('b', join(folder, 'a'));
	symlinkSync('a', join(folder, 'b'));
	await t.throwsAsync(new ArchiveTree().add(join(folder, 'a')), {
		code: 'TOOLCHAIN_UNPACKABLE',
		message: /circle/,
	});
});

test('a folder is added with all that its links lead to', async t => {
	const folder = folderOf(t);
	mkdirSync(join(folder, 'include/sub'), {recursive: true});
	mkdirSync(join(folder, 'other'));
	writeFileSync(join(folder, 'include/sub/a.h'), '');
	writeFileSync(join(folder, 'other/b.h'), '');
	symlinkSync('../other/b.h', join(folder, 'include/b.h'));
	symlinkSync('gone.h', join(folder, 'include/c.h'));
	const tree = new ArchiveTree();
	await tree.addFolder(join(folder, 'include'));
	t.deepEqual(shown(tree, folder), [
		'include/',
		'include/b.h -> ../other/b.h',
		'include/sub/',
		'include/sub/a.h',
		'other/',
		'other/b.h',
	]);
});
