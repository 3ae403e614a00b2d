import test from 'ava';
import fc from 'fast-check';
import {splitArgumentFile} from '../../src/rustc/argument-file.js';
import {withOutputs, withoutOutputs} from '../../src/rustc/artifact-messages.js';
import type {RustOutput} from '../../src/rustc/command.js';
import {clippySettings, moduleTwins} from '../../src/rustc/companions.js';
import {parseDepInfo} from '../../src/rustc/dep-info.js';
import {depInfoTemplate, depInfoText} from '../../src/rustc/dep-info-template.js';
import {linkedInputs} from '../../src/rustc/linked-inputs.js';
import {macroFiles} from '../../src/rustc/macros.js';
import {rustProgramOf, withoutRustcPath} from '../../src/rustc/program.js';
import {namesRoot, withoutRoots, withRoots} from '../../src/rustc/roots.js';
import {scanRust} from '../../src/rustc/scan.js';

const depInfo = `/t/one.d: src/lib.rs src/a\\ b.rs /r/x.txt

/t/libone.rlib: src/lib.rs src/a\\ b.rs /r/x.txt

src/lib.rs:
src/a\\ b.rs:
/r/x.txt:

# env-dep:MOOD
# env-dep:PLACE=a\\nb\\\\c
`;

const outputs: readonly RustOutput[] = [
	{kind: 'rlib', path: '/t/libone.rlib'},
	{kind: 'dep-info', path: '/t/one.d'},
];

test('a dependency file tells sources and variables', t => {
	const read = parseDepInfo(depInfo);
	t.deepEqual(read?.sources, ['src/lib.rs', 'src/a b.rs', '/r/x.txt']);
	t.deepEqual(
		[...(read?.variables ?? [])],
		[
			['MOOD', undefined],
			['PLACE', 'a\nb\\c'],
		],
	);
});

test('what is no dependency file is told from one without sources', t => {
	t.is(parseDepInfo(''), undefined);
	t.is(parseDepInfo('hello\n'), undefined);
});

test('a dependency file is kept without the names of outputs and roots, and made again for others', t => {
	const template = depInfoTemplate(depInfo, outputs, {folders: ['/r']}) ?? '';
	t.false(template.includes('/t/'));
	t.false(template.includes('/r/'));
	t.is(depInfoText(template, outputs, {folders: ['/r']}), depInfo);
	const other: readonly RustOutput[] = [
		{kind: 'rlib', path: 'o p/libone.rlib'},
		{kind: 'dep-info', path: 'o p/one.d'},
	];
	const made = depInfoText(template, other, {folders: ['/elsewhere']});
	t.true(made.startsWith('o\\ p/one.d: src/lib.rs src/a\\ b.rs /elsewhere/x.txt\n'));
	t.true(made.includes('\no\\ p/libone.rlib: src/lib.rs'));
});

test('a message names an output by its place', t => {
	const said =
		'{"$message_type":"artifact","artifact":"/t/one.d","emit":"dep-info"}\n{"$message_type":"diagnostic","message":"/t/one.d"}\n';
	const template = withoutOutputs(said, outputs) ?? '';
	t.is(withOutputs(template, outputs), said);
	const other = outputs.map(({kind, path}) => ({kind, path: path.replace('/t/', '/u "q"/')}));
	t.is(
		withOutputs(template, other),
		'{"$message_type":"artifact","artifact":"/u \\"q\\"/one.d","emit":"dep-info"}\n{"$message_type":"diagnostic","message":"/t/one.d"}\n',
	);
	t.is(
		withoutOutputs('{"$message_type":"artifact","artifact":"/t/odd.o","emit":"obj"}\n', outputs),
		undefined,
	);
});

test('a root is taken out where it is a path, and put back', t => {
	const roots = {folders: ['/a/b', '/a/b/c']};
	t.is(
		withRoots({folders: ['/x', '/y']}, withoutRoots(roots, '/a/b/c/d=/a/b:/a/bc /z/a/b')),
		'/y/d=/x:/a/bc /z/a/b',
	);
	t.true(namesRoot(roots, [Buffer.from('..../a/b/q')]));
	t.false(namesRoot(roots, [Buffer.from('/a/c')]));
});

test('taking roots out and putting them back changes nothing', t => {
	const piece = fc.constantFrom('/a', '/b', '/a/b', ' ', '=', ':', 'x', '/', '"', '(', '\\');
	fc.assert(
		fc.property(fc.array(piece), parts => {
			const text = parts.join('');
			const roots = {folders: ['/a', '/a/b', '/b/a']};
			return withRoots(roots, withoutRoots(roots, text)) === text;
		}),
	);
	t.pass();
});

test('a module may lie in two places', t => {
	t.deepEqual(
		moduleTwins(['src/lib.rs', 'src/a.rs', 'src/b/mod.rs', 'c.rs', 'src/x.txt'], 'src/lib.rs'),
		['src/a/mod.rs', 'src/b.rs', 'c/mod.rs'],
	);
});

test('clippy looks for its settings upwards', t => {
	t.deepEqual(clippySettings(new Map([['CARGO_MANIFEST_DIR', '/a/b']])), [
		...['/a/b/.clippy.toml', '/a/b/clippy.toml', '/a/.clippy.toml', '/a/clippy.toml'],
		...['/.clippy.toml', '/clippy.toml'],
	]);
});

test('what the linker reads of the compile itself is no input', t => {
	const files = [
		...['/tmp/x/rustcAbC123/symbols.o', 'out/one.abc-cgu.0.rcgu.o', '/usr/lib/crti.o'],
		...['deps/liblow.rlib', '/lib/libc.so.6'],
	];
	t.deepEqual(linkedInputs(files, {outputs: [{kind: 'shared', path: 'out/libone.so'}]}), [
		...['/usr/lib/crti.o', 'deps/liblow.rlib', '/lib/libc.so.6'],
	]);
});

test("rustc's names are known, and what cargo puts before", t => {
	const names = ['rustc', 'rustc-1.89.0', 'rustc-bin-1.89.0', 'x86_64-pc-linux-gnu-rustc'];
	t.deepEqual(names.map(rustProgramOf), ['rustc', 'rustc', 'rustc', 'rustc']);
	t.is(rustProgramOf('clippy-driver'), 'clippy');
	t.is(rustProgramOf('rustdoc'), undefined);
	t.deepEqual(withoutRustcPath(['/usr/bin/rustc', '-vV']), ['-vV']);
	t.deepEqual(withoutRustcPath(['-vV']), ['-vV']);
});

test('an argument file has one argument a line', t => {
	t.deepEqual(splitArgumentFile('a b\r\n--cfg\nx="y z"\n'), ['a b', '--cfg', 'x="y z"']);
});

test('a library that a source links by itself is seen', t => {
	const links = (text: string) => {
		const scan = scanRust(Buffer.from(text));
		return scan.kind === 'source' && scan.linksByAttribute;
	};
	t.true(links('#[link(name = "x", kind = "static")]'));
	t.true(links('kind="static-nobundle"'));
	t.false(links('#[link(name = "x", kind = "dylib")]'));
});

test('a macro is in reach when a crate names its build, or it has no such name', t => {
	const names = ['liba-0123456789abcdef.so', 'libb-fedcba9876543210.so', 'libc.so', 'libd.rlib'];
	t.deepEqual(
		macroFiles(names, text => text === '-0123456789abcdef'),
		['liba-0123456789abcdef.so', 'libc.so'],
	);
});
