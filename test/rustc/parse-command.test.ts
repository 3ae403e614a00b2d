import test from 'ava';
import type {RustCommand} from '../../src/rustc/command.js';
import {parseRustCommand} from '../../src/rustc/parse-command.js';

const parse = (...args: string[]) => parseRustCommand({program: 'rustc', args});

function command(...args: string[]): RustCommand {
	const parsed = parse(...args);
	if (parsed.kind !== 'compile') throw new Error(`${parsed.kind}: ${parsed.reason}`);
	return parsed;
}

const least = ['--crate-name', 'one', '--crate-type', 'lib', 'src/lib.rs'];

test('what cargo says is understood', t => {
	const {outputs, externs, searchPaths, input, crateName, json, links} = command(
		...['--crate-name', 'one', '--edition=2021', 'src/lib.rs', '--error-format=json'],
		...['--json=diagnostic-rendered-ansi,artifacts,future-incompat', '--crate-type', 'lib'],
		...['--emit=dep-info,metadata,link', '-C', 'embed-bitcode=no', '-C', 'debuginfo=2'],
		...['--check-cfg', 'cfg(docsrs,test)', '-C', 'metadata=a1', '-C', 'extra-filename=-a2'],
		...['--out-dir', '/t/deps', '-L', 'dependency=/t/deps', '--extern', 'two=/t/deps/libtwo.rmeta'],
		...['--extern', 'noprelude:std=/t/libstd.rlib', '--extern=proc_macro', '--cap-lints', 'allow'],
	);
	t.deepEqual(outputs, [
		{kind: 'rlib', path: '/t/deps/libone-a2.rlib'},
		{kind: 'dep-info', path: '/t/deps/one-a2.d'},
		{kind: 'metadata', path: '/t/deps/libone-a2.rmeta'},
	]);
	t.deepEqual(externs, [
		{name: 'two', path: '/t/deps/libtwo.rmeta'},
		{name: 'noprelude:std', path: '/t/libstd.rlib'},
		{name: 'proc_macro', path: undefined},
	]);
	t.deepEqual(searchPaths, [{kind: 'dependency', path: '/t/deps'}]);
	t.is(input, 'src/lib.rs');
	t.is(crateName, 'one');
	t.true(json);
	t.false(links);
});

test('equal meaning is equal text for the key', t => {
	const one = command(...least, '-C', 'opt-level=3', '--codegen=lto', '-Wmissing-docs', '-g');
	const other = command(
		...['--crate-name=one', '--crate-type=lib', 'src/lib.rs'],
		...['-Copt_level=3', '-Clto', '--warn=missing-docs', '-g'],
	);
	t.deepEqual(one.hashedArgs, other.hashedArgs);
});

test('where outputs and inputs lie is no part of the key', t => {
	const one = command(...least, '--out-dir=a', '-La', '--extern', 'x=a/libx.rlib');
	const other = command(...least, '--out-dir=b', '-Lb', '--extern', 'x=b/libx.rlib');
	t.deepEqual(one.hashedArgs, other.hashedArgs);
});

test('the folders that are remapped are known, if they are spelled alike everywhere', t => {
	const {remapped} = command(
		...least,
		'--remap-path-prefix=/a/b/=x',
		'--remap-path-prefix',
		'/c=d=e',
		'--remap-path-prefix=rel=x',
		'--remap-path-prefix=/with space=x',
	);
	t.deepEqual(remapped, ['/a/b']);
});

test('an output has the name that rustc gives it', t => {
	const paths = (...args: string[]) => command(...args).outputs.map(({path}) => path);
	t.deepEqual(paths(...least), ['libone.rlib']);
	t.deepEqual(paths(...least, '-o', 'x/y.rlib'), ['x/y.rlib']);
	t.deepEqual(paths(...least, '--out-dir=o/', '--emit=obj,asm,llvm-ir,llvm-bc,mir'), [
		...['o/one.o', 'o/one.s', 'o/one.ll', 'o/one.bc', 'o/one.mir'],
	]);
	t.deepEqual(paths(...least, '--emit=link=a.rlib', '--emit', 'dep-info=b.d'), ['a.rlib', 'b.d']);
	t.deepEqual(paths('--crate-name=one', '--crate-type=staticlib,cdylib', 'l.rs'), [
		'libone.a',
		'libone.so',
	]);
});

const not: readonly (readonly [args: readonly string[], kind: string, reason: string])[] = [
	[['-vV'], 'notCompile', '-vV'],
	[['-', '--crate-name=x', '--print=file-names'], 'notCompile', '--print'],
	[['-', '--crate-name=x', '--crate-type=lib'], 'notCacheable', 'source from stdin'],
	[['--crate-name=x', '--crate-type=bin', 'm.rs', '-Cincremental=i'], 'notCompile', 'program'],
	[['--crate-name=x', '--test', 'm.rs'], 'notCompile', 'test program'],
	[['m.rs'], 'notCompile', 'no --crate-type'],
	[[...least, '-Cincremental=i'], 'notCacheable', 'incremental'],
	[[...least, 'other.rs'], 'notCacheable', 'multiple inputs'],
	[[...least, '-Cnew-thing=1'], 'notCacheable', '-C new-thing'],
	[[...least, '--new-thing=1'], 'notCacheable', '--new-thing'],
	[[...least, '-Zdump-mir=all'], 'notCacheable', '-Z dump-mir'],
	[[...least, '--emit=thin-link-bitcode'], 'notCacheable', '--emit thin-link-bitcode'],
	[[...least, '-o', 'x', '--emit=obj,asm'], 'notCacheable', '-o with several outputs'],
	[[...least, '--emit=asm=-'], 'notCacheable', 'output to stdout'],
	[[...least, '-lframework=x'], 'notCacheable', '-l framework'],
	[
		['--crate-name=x', '--crate-type=cdylib', 'l.rs', '-Clinker=rust-lld'],
		'notCacheable',
		'-C linker',
	],
	[
		['--crate-name=x', '--crate-type=cdylib', 'l.rs', '--target=wasm32-unknown-unknown'],
		'notCacheable',
		'target without ELF',
	],
	[['--crate-type=lib', 'l.rs'], 'notCacheable', 'no --crate-name'],
];
for (const [args, kind, reason] of not) {
	test(`${args.join(' ')}: ${reason}`, t => {
		t.deepEqual(parse(...args), {kind, reason} as never);
	});
}
