import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, normalize} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {parseDependencies} from '../../src/compiler/depfile.js';
import {driverModeOf, familyFromVersionText} from '../../src/compiler/family.js';
import {scanSource} from '../../src/compiler/includes.js';
import {LinemarkerFiles} from '../../src/compiler/linemarkers.js';
import {parseProbe} from '../../src/compiler/probe.js';
import {splitResponseFile} from '../../src/compiler/response-file.js';

/** The texts that compilers and their users write, read back. */

const hasClang = spawnSync('clang', ['--version']).status === 0;
const testClang = hasClang ? test : test.skip;
const root = mkdtempSync(join(tmpdir(), 'sccache-texts-'));
test.after.always(() => rmSync(root, {recursive: true}));

test('compilers are known by name, with CHOST and slot', t => {
	const modes: Record<string, string | undefined> = {
		gcc: 'c',
		'x86_64-pc-linux-gnu-gcc-14': 'c',
		'x86_64-pc-linux-gnu-g++-14.2.1': 'c++',
		'clang++-18': 'c++',
		c99: 'c',
		cpp: 'cpp',
		'x86_64-pc-linux-gnu-cpp': 'cpp',
		ar: undefined,
		ld: undefined,
		'gcc-ar': undefined,
		'x86_64-pc-linux-gnu-gcc-ranlib': undefined,
		distcc: undefined,
		'clang-tidy': undefined,
		clangd: undefined,
	};
	t.deepEqual(
		Object.fromEntries(Object.keys(modes).map(name => [name, driverModeOf(name)])),
		modes,
	);
});

test('who a compiler is, it says itself', t => {
	t.is(familyFromVersionText(spawnSync('gcc', ['--version'], {encoding: 'utf8'}).stdout), 'gcc');
	t.is(familyFromVersionText('Ubuntu clang version 14.0.0-1\nTarget: x86_64'), 'clang');
	t.is(familyFromVersionText('tcc version 0.9.27'), undefined);
});

/** clang's dependency files can't say the last two. */
const oddNames = [
	'plain.h',
	'with space.h',
	'two  spaces.h',
	'hash#.h',
	'dollar$.h',
	'semi;colon.h',
	'back\\slash.h',
	'tab\t.h',
];

for (const [program, check] of [
	['gcc', test],
	['clang', testClang],
] as const) {
	check(`${program}: a dependency file names what was read, also under odd names`, t => {
		const folder = join(root, `deps-${program}`);
		mkdirSync(folder);
		const names = program === 'gcc' ? oddNames : oddNames.slice(0, -2);
		for (const name of names) {
			writeFileSync(join(folder, name), '');
		}
		writeFileSync(join(folder, 'x.c'), names.map(name => `#include "${name}"\n`).join(''));
		const {stdout} = spawnSync(program, ['-MM', '-MP', '-MT', 'a target', 'x.c'], {
			cwd: folder,
			encoding: 'latin1',
		});
		t.deepEqual(parseDependencies(stdout)?.files, ['x.c', ...names]);
		const long = spawnSync(program, ['-M', join(folder, 'x.c')], {encoding: 'latin1'}).stdout;
		t.deepEqual(
			parseDependencies(long)?.files.filter(file => file.startsWith(folder)),
			[join(folder, 'x.c'), ...names.map(name => join(folder, name))],
		);
	});

	check(`${program}: linemarkers name what was read and not what #line says`, t => {
		const folder = join(root, `markers-${program}`);
		mkdirSync(folder);
		for (const name of ['a.h', 'quote".h', 'back\\slash.h', 'ümlaut.h']) {
			writeFileSync(join(folder, name), `int x${name.length};\n`);
		}
		writeFileSync(join(folder, 'f.h'), '#line 7 "grammar.y"\nint f;\n');
		writeFileSync(
			join(folder, 'x.c'),
			'#include "a.h"\n#line 3 "parse.y"\n#include "back\\slash.h"\n#include "ümlaut.h"\n#include "f.h"\nint y;\n',
		);
		const {stdout} = spawnSync(program, ['-E', 'x.c'], {cwd: folder});
		for (const chunkBytes of [1, 7, 100_000]) {
			const markers = new LinemarkerFiles();
			for (let start = 0; start < stdout.length; start += chunkBytes) {
				markers.push(stdout.subarray(start, start + chunkBytes));
			}
			const files = markers
				.end()
				.filter(file => !file.startsWith('/usr/'))
				.map(file => normalize(file));
			t.deepEqual(files, [
				'a.h',
				'back\\slash.h',
				Buffer.from('ümlaut.h').toString('latin1'),
				'f.h',
			]);
		}
	});
}

test('response files are split by GNU quoting', t => {
	t.deepEqual(splitResponseFile('-c  "a b.c" \'-DX="1"\' back\\ slash\n-o\tx.o ""'), [
		'-c',
		'a b.c',
		'-DX="1"',
		'back slash',
		'-o',
		'x.o',
		'',
	]);
	t.deepEqual(splitResponseFile(' \n '), []);
});

test('a response file written with every character escaped comes back as it was', t => {
	const args = fc.array(
		fc.string({minLength: 1}).map(text => Buffer.from(text).toString('latin1')),
	);
	fc.assert(
		fc.property(args, list => {
			t.deepEqual(
				splitResponseFile(list.map(arg => arg.replace(/[\s\S]/g, '\\$&')).join(' ')),
				list,
			);
		}),
	);
});

const directives = (text: string) =>
	scanSource(Buffer.from(text, 'latin1')).directives.map(({form, name, next, probe}) =>
		[
			form === 'angle' ? `<${name}>` : `"${name}"`,
			...(next ? ['next'] : []),
			...(probe ? ['probe'] : []),
		].join(' '),
	);

test('a text of nothing but comments is read in one go', t => {
	const lines = '/* a line of its own */\n'.repeat(200_000);
	t.deepEqual(directives(`${lines}/* * ** */ #/* / */include <a.h>\n/* no end`), ['<a.h>']);
	t.deepEqual(directives(`${'#/*'.repeat(20_000)}\n#include <a.h>\n`), ['<a.h>']);
});

test('include directives are found however they are written', t => {
	const text = `
#include <a.h>
  #  include "b.h"
/* c */ # /* d */ include /* e */ <c.h>
#inc\\
lude <d.h>
#include_next <e.h>
%:include <f.h>
??=include <g.h>
#import "h.h"
/*
*/ #include <i.h>
#if __has_include(<j.h>) && __has_include ("k.h") || __has_include_next(<l.h>)
int x; // #include <not.h>
`;
	t.deepEqual(directives(text), [
		'<a.h>',
		'"b.h"',
		'<c.h>',
		'<d.h>',
		'<e.h> next',
		'<f.h>',
		'<g.h>',
		'"h.h"',
		'<i.h>',
		'<j.h> probe',
		'"k.h" probe',
		'<l.h> next probe',
	]);
});

test('names that macros make are noticed', t => {
	t.true(scanSource(Buffer.from('#include HEADER\n')).computed);
	t.true(scanSource(Buffer.from('#include/**/HEADER\n')).computed);
	t.false(scanSource(Buffer.from('#include "x.h"\n')).computed);
	const prose = "/* because the other\n   #include's protect themselves */\n";
	t.false(scanSource(Buffer.from(prose)).computed);
	t.true(scanSource(Buffer.from('#define HAS(x) __has_include(x)\n')).computedProbe);
	t.true(scanSource(Buffer.from('#if __has_include(HEADER)\n')).computedProbe);
	t.false(
		scanSource(
			Buffer.from(
				'#ifndef __has_include\n#define __has_include(x) 0\n#endif\n#if defined(__has_include)\n',
			),
		).computedProbe,
	);
});

test('what reads files that nobody follows is noticed', t => {
	const unfollowed = (text: string) => scanSource(Buffer.from(text)).unfollowed;
	t.is(unfollowed('asm(".incbin \\"blob\\"");'), '.incbin');
	t.is(unfollowed('asm("nop\\n.include \\"x.s\\"");'), '.include');
	t.is(unfollowed('\t.include "x.s"\n'), '.include');
	t.is(unfollowed('int a[] = {\n#embed "x"\n};'), '#embed');
	t.is(unfollowed('#if __has_embed("x")\n'), '#embed');
	t.is(unfollowed('#pragma GCC dependency "x.y"\n'), '#pragma GCC dependency');
	t.is(unfollowed('_Pragma("GCC dependency \\"x.y\\"")'), '#pragma GCC dependency');
	t.is(unfollowed('#pragma clang dependency "x.y"\n'), '#pragma GCC dependency');
	t.is(unfollowed('options.include ("x"); #include "y.h"'), undefined);
});

test('time macros are noticed', t => {
	t.deepEqual(
		[
			...scanSource(Buffer.from('char *x = __DATE__ __TIME__; char *y = __TIMESTAMP__;'))
				.timeMacros,
		],
		['__DATE__', '__TIME__', '__TIMESTAMP__'],
	);
	t.is(scanSource(Buffer.from('__DATE __TIMER__')).timeMacros.size, 0);
});

function probed(program: 'gcc' | 'clang', args: readonly string[]) {
	const {stderr} = spawnSync(program, [...args, '-E', '-v', '-x', 'c', '/dev/null'], {
		encoding: 'latin1',
		env: {...process.env, LC_ALL: 'C'},
	});
	return parseProbe(program, stderr);
}

test('gcc says where it looks, what compiles, and what native means', t => {
	const facts = probed('gcc', ['-march=native']);
	t.regex(facts.cc1Path ?? '', /^\/.*\/cc1$/);
	t.true(facts.searchFolders.includes('/usr/include'));
	t.true(facts.searchFolders.every(folder => folder.startsWith('/')));
	t.true(facts.versionLines.some(line => line.startsWith('gcc version')));
	t.true(
		facts.nativeExpansion.some(word => /^-march=(?!native)/.test(word)),
		facts.nativeExpansion.join(' '),
	);
});

testClang('clang says where it looks, what compiles, and what native means', t => {
	const facts = probed('clang', ['-march=native']);
	t.regex(facts.cc1Path ?? '', /^\/.*clang/);
	t.true(facts.searchFolders.includes('/usr/include'));
	t.true(facts.nativeExpansion.some(word => word.startsWith('-target-cpu ')));
	t.true(facts.watched.some(folder => folder.includes('/gcc/')));
});

test('a folder that gcc would search if it were there is watched', t => {
	t.true(probed('gcc', ['-isystem', '/not/there']).watched.includes('/not/there'));
});
