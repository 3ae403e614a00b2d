import {spawnSync} from 'node:child_process';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {isCompilerName, wikiNames} from '../../src/links/compiler-name.js';
import {findBehind, wrapperBehind} from '../../src/links/find-compilers.js';
import {createLinks, describeLinks, listLinks, refreshLinks} from '../../src/links/folder.js';
import {type Present, planRefresh} from '../../src/links/plan.js';
import {program, realPath} from '../e2e/farm.js';

const script = '#!/bin/sh\n';

function place(t: ExecutionContext) {
	const root = mkdtempSync(join(tmpdir(), 'links-test-'));
	t.teardown(() => rmSync(root, {recursive: true, force: true}));
	const bin = join(root, 'bin');
	mkdirSync(bin);
	const shim = join(root, 'sccache');
	copyFileSync(program, shim);
	const install = (...names: readonly string[]) => {
		for (const name of names) writeFileSync(join(bin, name), script, {mode: 0o755});
	};
	return {root, bin, install, where: {folder: join(root, 'links'), program: shim}};
}

test('after an upgrade of gcc the new names are linked, and the old ones are gone', t => {
	const {bin, install, where} = place(t);
	install('gcc', 'gcc-13', 'x86_64-pc-linux-gnu-gcc-13', 'ld');
	refreshLinks(where, bin);
	t.deepEqual(listLinks(where), ['gcc', 'gcc-13', 'x86_64-pc-linux-gnu-gcc-13']);
	for (const name of ['gcc-13', 'x86_64-pc-linux-gnu-gcc-13']) rmSync(join(bin, name));
	install('gcc-14', 'clang++-19');
	t.deepEqual(
		refreshLinks(where, bin).map(({name, action}) => [name, action]),
		[
			['clang++-19', 'create'],
			['gcc', 'keep'],
			['gcc-14', 'create'],
			['gcc-13', 'remove'],
			['x86_64-pc-linux-gnu-gcc-13', 'remove'],
		],
	);
	t.deepEqual(listLinks(where), ['clang++-19', 'gcc', 'gcc-14']);
});

test('what was linked by hand stays as long as there is such a program', t => {
	const {bin, install, where} = place(t);
	install('gcc', 'ar');
	createLinks(where, ['gcc', 'ar']);
	refreshLinks(where, bin);
	t.deepEqual(listLinks(where), ['ar', 'gcc']);
	rmSync(join(bin, 'ar'));
	refreshLinks(where, bin);
	t.deepEqual(listLinks(where), ['gcc']);
});

test("links to an older program are renewed, somebody else's files stay", t => {
	const {root, bin, install, where} = place(t);
	install('gcc', 'g++', 'cc');
	createLinks(where, ['gcc']);
	const newer = join(root, 'newer');
	copyFileSync(program, newer);
	writeFileSync(join(where.folder, 'g++'), 'mine');
	writeFileSync(join(where.folder, 'note'), 'mine');
	const upgraded = {...where, program: newer};
	t.deepEqual(
		describeLinks(upgraded, bin).map(({name, isCurrent, behind}) => [name, isCurrent, behind]),
		[['gcc', false, join(bin, 'gcc')]],
	);
	t.deepEqual(
		refreshLinks(upgraded, bin).map(({name, action}) => [name, action]),
		[
			['cc', 'create'],
			['g++', 'refuse'],
			['gcc', 'replace'],
		],
	);
	t.is(statSync(join(where.folder, 'gcc')).ino, statSync(newer).ino);
	t.true(existsSync(join(where.folder, 'note')));
});

test.serial('the folder is open to builds, whatever the umask', t => {
	const {root, bin, install, where} = place(t);
	install('gcc');
	const deep = {...where, folder: join(root, 'local/libexec/sccache')};
	const before = process.umask(0o077);
	try {
		refreshLinks(deep, bin);
	} finally {
		process.umask(before);
	}
	for (const folder of ['local', 'local/libexec', 'local/libexec/sccache']) {
		t.is(statSync(join(root, folder)).mode & 0o777, 0o755);
	}
});

test('a dry run makes not even the folder', t => {
	const {bin, install, where} = place(t);
	install('gcc');
	t.deepEqual(
		refreshLinks(where, bin, true).map(({name, action}) => [name, action]),
		[['gcc', 'create']],
	);
	t.false(existsSync(where.folder));
});

test('the program behind a link is the first on PATH that is not ours', t => {
	const {root, bin, install, where} = place(t);
	install('gcc');
	createLinks(where, ['gcc', 'cc']);
	t.is(findBehind(`${where.folder}:${bin}`, 'gcc', where.program), join(bin, 'gcc'));
	t.is(findBehind(`${where.folder}:${bin}`, 'cc', where.program), undefined);
	writeFileSync(join(root, 'ccache'), script, {mode: 0o755});
	symlinkSync(join(root, 'ccache'), join(bin, 'cc'));
	t.is(wrapperBehind(join(bin, 'cc')), 'ccache');
	t.is(wrapperBehind(join(bin, 'gcc')), undefined);
});

test('in a tree, absolute links of compilers lead on from its root', t => {
	const {root, bin, where} = place(t);
	const slot = join(root, 'usr/x86_64-pc-linux-gnu/gcc-bin/14');
	mkdirSync(slot, {recursive: true});
	writeFileSync(join(slot, 'gcc'), script, {mode: 0o755});
	symlinkSync('/usr/x86_64-pc-linux-gnu/gcc-bin/14/gcc', join(bin, 'gcc-14'));
	symlinkSync('gcc-14', join(bin, 'gcc'));
	symlinkSync('/nowhere', join(bin, 'cc'));
	symlinkSync('c++', join(bin, 'c++'));
	symlinkSync('/usr/bin/ccache', join(bin, 'g++'));
	mkdirSync(join(root, 'usr/bin'));
	writeFileSync(join(root, 'usr/bin/ccache'), script, {mode: 0o755});
	refreshLinks({...where, root}, bin);
	t.deepEqual(listLinks(where), ['gcc', 'gcc-14']);
	t.deepEqual(
		describeLinks({...where, root}, bin).map(({behind}) => behind),
		[join(bin, 'gcc'), join(bin, 'gcc-14')],
	);
	t.deepEqual(
		describeLinks(where, bin).map(({behind}) => behind),
		[undefined, undefined],
	);
});

test('after a refresh a second has nothing to do, whatever was there', t => {
	const names = fc.constantFrom<string[]>('gcc', 'g++', 'cc', 'ar', 'clang-18', 'note');
	const states = fc.constantFrom<Present>('nothing', 'current', 'ours', 'foreign');
	fc.assert(
		fc.property(
			fc.uniqueArray(names),
			fc.uniqueArray(names),
			fc.dictionary(names, states),
			(programs, asked, present) => {
				const before = new Map(Object.entries(present).filter(([, state]) => state !== 'nothing'));
				const facts = (folder: ReadonlyMap<string, Present>) => ({
					compilers: [...programs, ...asked.filter(name => programs.includes(name))].filter(
						(name, index, all) => isCompilerName(name) && all.indexOf(name) === index,
					),
					entries: [...folder.keys()],
					present: (name: string) => folder.get(name) ?? 'nothing',
					hasBehind: (name: string) => programs.includes(name),
				});
				const after = new Map(before);
				for (const {name, action} of planRefresh(facts(before))) {
					if (action === 'remove') after.delete(name);
					else if (action !== 'refuse') after.set(name, 'current');
				}
				for (const [name, state] of before) {
					t.is(state === 'foreign', after.get(name) === 'foreign');
				}
				for (const [name, state] of after) {
					if (state !== 'foreign') t.true(programs.includes(name));
				}
				t.true(planRefresh(facts(after)).every(({action}) => ['keep', 'refuse'].includes(action)));
			},
		),
	);
});

test("the wiki's names but ar are names of compilers", t => {
	t.is(wikiNames.length, 17);
	t.deepEqual(
		wikiNames.filter(name => !isCompilerName(name)),
		['ar'],
	);
});

/** No compiler of this machine is on PATH. */
const gentoo = (searchPath: string, ...args: readonly string[]) => {
	const script = join(dirname(program), 'sccache-gentoo');
	const {status, stdout, stderr} = spawnSync(process.execPath, [script, ...args], {
		encoding: 'utf8',
		env: {PATH: searchPath, HOME: '/nonexistent'},
	});
	return {code: status, stdout, stderr: stderr.replace(/\s+[›»]?\s*/g, ' ')};
};

test('the command creates, lists, refreshes and removes', t => {
	const {bin, install, where} = place(t);
	install('gcc', 'ar', 'clang++');
	const links = (verb: string, ...args: readonly string[]) =>
		gentoo(bin, 'links', verb, where.folder, '--program', where.program, ...args);
	t.is(links('create').stdout, 'clang++: hard link made\ngcc: hard link made\n');
	t.is(links('create', '--wiki').stdout, 'clang++: is there\ngcc: is there\nar: hard link made\n');
	rmSync(join(bin, 'clang++'));
	const listed = links('list');
	t.is(
		listed.stdout,
		[
			`ar       hard link, before ${join(bin, 'ar')}`,
			'clang++  hard link, before no compiler',
			`gcc      hard link, before ${join(bin, 'gcc')}\n`,
		].join('\n'),
	);
	t.regex(listed.stderr, /links refresh/);
	t.is(
		links('refresh', '--dry-run').stdout,
		'ar: is there\ngcc: is there\nclang++: would be removed\n',
	);
	t.is(links('refresh').stdout, 'ar: is there\ngcc: is there\nclang++: removed\n');
	t.is(links('remove').stdout, 'ar: removed\ngcc: removed\n');
	t.deepEqual(readdirSync(where.folder), []);
});

test('a link that was made runs the compiler behind it', t => {
	const {bin, where} = place(t);
	writeFileSync(join(bin, 'gcc'), `${script}echo real "$@"\n`, {mode: 0o755});
	refreshLinks(where, bin);
	const {stdout} = spawnSync('gcc', ['-v'], {
		encoding: 'utf8',
		env: {PATH: `${where.folder}:${bin}:${realPath}`, SCCACHE_SERVER_UDS: '/nonexistent'},
	});
	t.is(stdout, 'real -v\n');
});
