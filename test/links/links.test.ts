import {
	copyFileSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readlinkSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {isCompilerName} from '../../src/links/compiler-name.js';
import {findCompilers} from '../../src/links/find-compilers.js';
import {createLinks, listLinks, removeLinks} from '../../src/links/folder.js';

const elf = Buffer.concat([Buffer.from('\x7fELF'), Buffer.from('... SCCACHE_SERVER_UDS ...')]);

function place() {
	const root = mkdtempSync(join(tmpdir(), 'links-test-'));
	const program = join(root, 'sccache');
	writeFileSync(program, elf, {mode: 0o755});
	return {root, program, folder: join(root, 'links')};
}

const yes = [
	...['gcc', 'g++', 'cc', 'c++', 'c99', 'c89', 'cpp', 'clang', 'clang++', 'gcc-14', 'clang++-18'],
	...['x86_64-pc-linux-gnu-gcc', 'x86_64-pc-linux-gnu-gcc-14', 'i686-pc-linux-gnu-clang++-18'],
	...['arm-none-eabi-gcc', 'x86_64-w64-mingw32-g++', 'avr-gcc', 'gcc-4.9.3'],
];
const no = [
	...['ar', 'ld', 'gcc-ar', 'gcc-nm-14', 'x86_64-pc-linux-gnu-ar', 'clang-format', 'clang-cpp'],
	...['c89-gcc', 'c99-gcc', 'ccache', 'gccgo', 'gcc-', '-gcc', 'clang-tidy-14', 'ccc', 'gcov'],
];

test('the names of compilers, with CHOST prefixes and slot suffixes', t => {
	for (const name of yes) t.true(isCompilerName(name), name);
	for (const name of no) t.false(isCompilerName(name), name);
});

test('compilers are found along PATH, links to us and folders of other caches left out', t => {
	const {root, program, folder} = place();
	const bin = join(root, 'bin');
	const other = join(root, 'ccache');
	for (const path of [bin, other]) mkdirSync(path);
	for (const name of ['gcc', 'ld', 'clang-18']) writeFileSync(join(bin, name), '', {mode: 0o755});
	writeFileSync(join(bin, 'g++'), '', {mode: 0o644});
	writeFileSync(join(other, 'ccache'), '', {mode: 0o755});
	symlinkSync(join(other, 'ccache'), join(other, 'c++'));
	createLinks({folder, program}, ['cc']);
	t.deepEqual(findCompilers(`${folder}:${bin}:${other}:relative:/nowhere`, program), [
		'clang-18',
		'gcc',
	]);
});

test('hard links are made once, listed and removed', t => {
	const where = place();
	const first = createLinks(where, ['gcc', 'g++']);
	t.deepEqual(
		first.map(({action, kind}) => [action, kind]),
		[
			['create', 'hard'],
			['create', 'hard'],
		],
	);
	t.is(statSync(join(where.folder, 'gcc')).ino, statSync(where.program).ino);
	t.deepEqual(
		createLinks(where, ['gcc']).map(({action}) => action),
		['keep'],
	);
	t.deepEqual(listLinks(where), ['g++', 'gcc']);
	t.is(removeLinks(where).length, 2);
	t.deepEqual(listLinks(where), []);
});

test("somebody else's files are refused, not listed and not removed", t => {
	const where = place();
	mkdirSync(where.folder);
	writeFileSync(join(where.folder, 'gcc'), 'mine');
	symlinkSync('/nowhere', join(where.folder, 'cc'));
	t.deepEqual(
		createLinks(where, ['gcc', 'cc']).map(({action}) => action),
		['refuse', 'refuse'],
	);
	t.deepEqual(listLinks(where), []);
	t.deepEqual(removeLinks(where), []);
	t.true(existsSync(join(where.folder, 'gcc')));
	t.is(readlinkSync(join(where.folder, 'cc')), '/nowhere');
});

test('links to the program as it was before an upgrade are ours: renewed and removed', t => {
	const where = place();
	createLinks(where, ['gcc', 'g++']);
	const newer = join(where.root, 'newer');
	copyFileSync(where.program, newer);
	const upgraded = {...where, program: newer};
	t.deepEqual(listLinks(upgraded), ['g++', 'gcc']);
	t.deepEqual(
		createLinks(upgraded, ['gcc']).map(({action}) => action),
		['replace'],
	);
	t.is(statSync(join(where.folder, 'gcc')).ino, statSync(newer).ino);
	t.is(removeLinks(upgraded).length, 2);
});

test('a name that is a path, and a program that is not there, are errors', t => {
	const where = place();
	t.throws(() => createLinks(where, ['../gcc']), {message: /not the name of a program/});
	t.throws(() => createLinks({...where, program: '/nowhere'}, ['gcc']), {message: /no program/});
	t.throws(() => listLinks(where), {message: /no folder/});
	t.false(existsSync(where.folder));
});

test('across devices a symbolic link leads to the program', t => {
	const where = place();
	const shm = '/dev/shm';
	if (!existsSync(shm) || statSync(shm).dev === statSync(where.root).dev) {
		t.pass('one device only');
		return;
	}
	const folder = mkdtempSync(join(shm, 'links-test-'));
	t.is(createLinks({...where, folder}, ['gcc'])[0]?.kind, 'symbolic');
	t.true(lstatSync(join(folder, 'gcc')).isSymbolicLink());
	t.deepEqual(listLinks({...where, folder}), ['gcc']);
	t.is(removeLinks({...where, folder}).length, 1);
});
