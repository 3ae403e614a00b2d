import test from 'ava';
import fc from 'fast-check';
import {argsWithoutRoots} from '../../src/relocation/arguments.js';
import {dependenciesWithoutRoots} from '../../src/relocation/dependency-text.js';
import {diagnosticsWithoutRoots} from '../../src/relocation/diagnostics.js';
import {mayNameRoots} from '../../src/relocation/object.js';
import {pathShown, pathWithoutRoots, pathWithRoots} from '../../src/relocation/paths.js';
import {prefixMapArgs} from '../../src/relocation/prefix-map.js';
import {PreprocessedText} from '../../src/relocation/preprocessed-text.js';
import {type Roots, rootsOf} from '../../src/relocation/roots.js';

const at = (version: string): Roots =>
	rootsOf({buildFolder: `/var/tmp/portage/dev-libs/foo-${version}`, cwd: '/', baseFolders: []});
const one = at('1.2');
const other = at('1.10-r3');
const moved = (path: string) => pathWithRoots(other, pathWithoutRoots(one, path));

test('roots: the build folder, the name with its version but no revision, and the base folder of the cwd', t => {
	t.deepEqual(one, {folders: ['/var/tmp/portage/dev-libs/foo-1.2'], names: ['foo-1.2']});
	t.deepEqual(other.names, ['foo-1.10']);
	t.deepEqual(at('2.0_p3').names, ['foo-2.0_p3']);
	const based = (cwd: string) =>
		rootsOf({buildFolder: undefined, cwd, baseFolders: ['/a/b/', '/a/b/c', '/z']}).folders;
	t.deepEqual(based('/a/b/c/d'), ['/a/b/c']);
	t.deepEqual(based('/a/b/cd'), ['/a/b']);
	t.deepEqual(based('/z/y'), [], 'one part alone is named everywhere');
	t.deepEqual(based('/a'), []);
	const odd = rootsOf({buildFolder: '/', cwd: '/', baseFolders: []});
	t.deepEqual(odd, {folders: [], names: []});
});

test('paths: the root that they begin with, and parts that begin with the name; no longer version', t => {
	const folder = '/var/tmp/portage/dev-libs';
	t.is(moved(`${folder}/foo-1.2`), `${folder}/foo-1.10-r3`);
	t.is(moved(`${folder}/foo-1.2/work/foo-1.2/a.c`), `${folder}/foo-1.10-r3/work/foo-1.10/a.c`);
	t.is(moved('../foo-1.2_build/a.c'), '../foo-1.10_build/a.c');
	t.is(moved('../foo-1.2-abi_x86_32.x86/a.c'), '../foo-1.10-abi_x86_32.x86/a.c');
	for (const path of [`${folder}/foo-1.23/a.c`, '../foo-1.2.1/a.c', '../xfoo-1.2/a.c', 'a.c', '']) {
		t.is(pathWithoutRoots(one, path), path);
	}
	t.is(
		pathShown(pathWithoutRoots(one, `${folder}/foo-1.2/work/foo-1.2-x/a.c`)),
		'(build folder)/work/(name-version)-x/a.c',
	);
});

test('no two paths become the same, and each comes back', t => {
	const part = fc.constantFrom(
		'a',
		'foo-1.2',
		'foo-1.2-x',
		'foo-1.10',
		'..',
		'',
		'work',
		'x-foo-1.2',
	);
	const root = fc.constantFrom('', one.folders[0] ?? '', other.folders[0] ?? '', '/var');
	const path = fc
		.tuple(root, fc.array(part, {maxLength: 5}))
		.map(([first, parts]) => [first, ...parts].join('/'));
	fc.assert(
		fc.property(path, path, (first, second) => {
			const [a, b] = [pathWithoutRoots(one, first), pathWithoutRoots(one, second)];
			return pathWithRoots(one, a) === first && (a === b) === (first === second);
		}),
		{numRuns: 3000},
	);
	t.pass();
});

test('arguments: only values that are nothing but paths', t => {
	const root = one.folders[0];
	const out = (...args: string[]) =>
		argsWithoutRoots(one, args).map((arg, index) => arg !== args[index]);
	t.deepEqual(out(`-I${root}/x`, '-isystem', `${root}/y`, '-I../foo-1.2'), [
		true,
		false,
		true,
		true,
	]);
	t.deepEqual(out(`-DX="${root}"`, `-D`, `X=${root}`, `-B${root}`, '--sysroot', `${root}`), [
		...[false, false, false, false, false, false],
	]);
	const [map = ''] = argsWithoutRoots(one, [`-ffile-prefix-map=${root}=/src/foo-1.2`]);
	t.true(map.endsWith('=/src/foo-1.2') && !map.includes(`${root}`), 'what gets into outputs stays');
	t.deepEqual(out('-O2', '-include', 'config.h', '-MT'), [false, false, false, false]);
});

test('a dependency file: all names or none', t => {
	const root = one.folders[0];
	const text = `a.o: ${root}/a.c \\\n ../foo-1.2/b.h /usr/include/stdio.h\n${root}/a.c:\n`;
	const template = dependenciesWithoutRoots(one, text) ?? '';
	t.is(pathWithRoots(one, template), text);
	t.is(
		pathWithRoots(other, template),
		text
			.replaceAll('dev-libs/foo-1.2', 'dev-libs/foo-1.10-r3')
			.replaceAll('/foo-1.2/', '/foo-1.10/'),
	);
	t.is(dependenciesWithoutRoots(one, `a.o: /x/my\\ foo-1.2.h\n`), undefined);
});

test('diagnostics: places at the beginning of lines, and nothing that is quoted', t => {
	const root = one.folders[0];
	const said = (text: string) => diagnosticsWithoutRoots(one, text);
	const good = `In file included from ${root}/b.h:3,\n                 from ${root}/a.c:1:\n${root}/c.h:1:2: warning: odd\n    1 | int x;\n`;
	t.is(pathWithRoots(one, said(good) ?? ''), good);
	t.false(said(good)?.includes(`${root}`) ?? true);
	const coloured = `\x1b[01m\x1b[K${root}/a.c:1:2:\x1b[m\x1b[K \x1b[01;35m\x1b[Kwarning: \x1b[m\x1b[Kodd\n`;
	t.is(pathWithRoots(one, said(coloured) ?? ''), coloured);
	t.is(said(`${root}/a.c:1:2: warning: "${root}"\n`), undefined);
	t.is(said(`    1 | #include "${root}/b.h"\n`), undefined);
});

test('preprocessed text: linemarkers are without roots however it arrives, and what names one elsewhere is noticed', t => {
	const read = (roots: Roots, text: string, size: number) => {
		const reader = new PreprocessedText(roots);
		let result = '';
		for (let index = 0; index < text.length; index += size) {
			result += reader
				.push(Buffer.from(text.slice(index, index + size), 'latin1'))
				.toString('latin1');
		}
		return [result + reader.end(), reader.namesRoots] as const;
	};
	const text = ({folders: [root], names: [name]}: Roots) =>
		`# 0 "${root}/a.c"\n# 1 "../${name}/b.h" 1 3 4\nint x;\n# 2 "${root}/a.c" 2\nint y;`;
	for (const size of [1, 7, 1000]) {
		const [first, named] = read(one, text(one), size);
		t.is(read(other, text(other), size)[0], first);
		t.false(named);
		t.true(read(one, `${text(one)}\nchar *s = "${one.folders[0]}/a.c";\n`, size)[1]);
		t.true(read(one, `${text(one)}\n# pragma x "foo-1.2"`, size)[1]);
	}
});

test('an object that we do not understand may name anything', t => {
	const inflate = () => undefined;
	t.true(mayNameRoots(one, Buffer.from('no object'), inflate));
	t.true(
		mayNameRoots(
			one,
			Buffer.concat([Buffer.from('\x7fELF\x02\x01'), Buffer.alloc(90, 0xff)]),
			inflate,
		),
	);
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 300}), bytes => {
			return (
				typeof mayNameRoots(
					one,
					Buffer.concat([Buffer.from('\x7fELF\x02\x01'), bytes]),
					inflate,
				) === 'boolean'
			);
		}),
	);
});

test('the mapping is the same for all versions, longest last', t => {
	const map = (roots: Roots) => {
		const [root] = roots.folders;
		const [name] = roots.names;
		return prefixMapArgs({
			roots,
			paths: [`../${name}/a.c`, `${root}/work/${name}_build`],
			packageVersion: root?.split('/').slice(-2).join('/') ?? '',
		});
	};
	t.deepEqual(map(one), [
		'-ffile-prefix-map=/var/tmp/portage/dev-libs/foo-1.2=/usr/src/debug/dev-libs/foo',
		'-ffile-prefix-map=../foo-1.2=../foo',
		'-ffile-prefix-map=/var/tmp/portage/dev-libs/foo-1.2/work/foo-1.2_build=/usr/src/debug/dev-libs/foo/work/foo_build',
	]);
	const targets = (roots: Roots) => map(roots).map(arg => arg.replace(/^.*=/, ''));
	t.deepEqual(targets(one), targets(other));
	t.deepEqual(argsWithoutRoots(one, map(one)), argsWithoutRoots(other, map(other)));
});
