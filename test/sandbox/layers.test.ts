import {createHash} from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {type KnownInput, Layers} from '../../src/sandbox/layers.js';

/** Layers in a folder of their own. What is removed is removed at once. */
function newLayers(limitBytes = 1024 ** 2) {
	const base = mkdtempSync(join(tmpdir(), 'layers-'));
	const [toolchain, folder] = [join(base, 'toolchain'), join(base, 'layers')];
	mkdirSync(toolchain);
	mkdirSync(folder);
	const remove = async (paths: readonly string[]) => {
		for (const path of paths) rmSync(path, {recursive: true});
	};
	const layers = new Layers({warden: {remove}, folder, owner: undefined, limitBytes});
	const make = (key: string, files: readonly KnownInput[]) => layers.make(key, toolchain, files);
	return {layers, make, folder, clean: () => rmSync(base, {recursive: true})};
}

const file = (path: string, text: string, mtimeS = 7, mode = 0o644): KnownInput => ({
	...{path, mode, mtimeS},
	bytes: Buffer.from(text),
	digest: createHash('sha256').update(text).digest(),
});

test('a file of another set is the same one, if path, mode, time and content are', t => {
	const {make, clean} = newLayers();
	const same = file('/usr/a.h', 'a');
	const first = make('1', [
		same,
		file('/usr/b.h', 'b'),
		file('/usr/c.h', 'c'),
		file('/usr/d.h', 'd'),
	]);
	const second = make('2', [
		...[same, file('/usr/b.h', 'B'), file('/usr/c.h', 'c', 8), file('/usr/d.h', 'd', 7, 0o600)],
		file('/usr/e.h', 'a'),
	]);
	const inode = (layer: typeof first, name: string) =>
		statSync(join(layer?.folder ?? '', 'usr', name)).ino;
	t.is(inode(first, 'a.h'), inode(second, 'a.h'));
	for (const name of ['b.h', 'c.h', 'd.h']) t.not(inode(first, name), inode(second, name), name);
	t.not(inode(second, 'e.h'), inode(second, 'a.h'), 'two paths, two files');
	t.is(readFileSync(join(second?.folder ?? '', 'usr/b.h'), 'utf8'), 'B');
	t.is(statSync(join(second?.folder ?? '', 'usr/c.h')).mtimeMs, 8000);
	t.is(statSync(join(second?.folder ?? '', 'usr/d.h')).mode & 0o777, 0o600);
	clean();
});

test('a path that is named twice is what was said last, and no other set changes', t => {
	const {make, clean} = newLayers();
	const first = make('1', [file('/x/a.h', 'old')]);
	const second = make('2', [file('/x/a.h', 'old'), file('/x/y/../a.h', 'new')]);
	t.is(readFileSync(join(second?.folder ?? '', 'x/a.h'), 'utf8'), 'new');
	t.is(readFileSync(join(first?.folder ?? '', 'x/a.h'), 'utf8'), 'old');
	clean();
});

test('the same key is the same layer, and nothing is made again', t => {
	const {layers, make, clean} = newLayers();
	t.is(layers.hold('1'), undefined);
	const made = make('1', [file('/a', '')]);
	t.is(layers.hold('1')?.folder, made?.folder);
	t.is(make('1', [])?.folder, made?.folder);
	clean();
});

test('what is over the limit goes, the longest unused first, and never what a job holds', t => {
	const {layers, make, folder, clean} = newLayers(40_000);
	const big = (name: string) => [file(`/${name}`, name.repeat(12_000))];
	const first = make('1', big('a'));
	make('2', big('b'))?.release();
	make('3', big('c'))?.release();
	t.is(layers.hold('2'), undefined);
	t.true(existsSync(first?.folder ?? ''));
	first?.release();
	first?.release();
	make('4', big('d'))?.release();
	t.is(layers.hold('1'), undefined);
	t.is(readdirSync(folder).length, 2);
	// What was linked from a layer that is gone is written anew.
	t.is(readFileSync(join(make('5', big('a'))?.folder ?? '', 'a'), 'utf8').length, 12_000);
	clean();
});

test('a set that can not be placed leaves nothing', t => {
	const {layers, make, folder, clean} = newLayers();
	t.throws(() => make('1', [file('/a', ''), file('/a/b', '')]), {code: 'SANDBOX_JOB_INVALID'});
	t.throws(() => make('1', [file('relative', '')]), {code: 'SANDBOX_JOB_INVALID'});
	t.is(layers.hold('1'), undefined);
	t.deepEqual(readdirSync(folder), []);
	clean();
});
