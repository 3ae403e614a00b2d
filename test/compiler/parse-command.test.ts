import test from 'ava';
import fc from 'fast-check';
import {clangOptions} from '../../src/compiler/clang-options.js';
import type {CompileCommand, Family, ParsedCommand} from '../../src/compiler/command.js';
import {gccOptions} from '../../src/compiler/gcc-options.js';
import {parseCommand} from '../../src/compiler/parse-command.js';
import {sharedOptions} from '../../src/compiler/shared-options.js';

function parse(line: string, family: Family = 'gcc'): ParsedCommand {
	return parseCommand({family, driverMode: 'c', args: line.split(' ').filter(Boolean)});
}

function compile(line: string, family: Family = 'gcc'): CompileCommand {
	const parsed = parse(line, family);
	if (parsed.kind !== 'compile') {
		throw new Error(`${line}: ${parsed.kind}, ${parsed.reason}`);
	}
	return parsed;
}

const passed: readonly (readonly [
	line: string,
	kind: 'notCompile' | 'notCacheable',
	reason: string,
	family?: Family,
])[] = [
	['x.c -o x', 'notCompile', 'link'],
	['x.o y.o -o x', 'notCompile', 'link'],
	['-E x.c', 'notCompile', 'preprocessing'],
	['-c -E x.c', 'notCompile', 'preprocessing'],
	['-M x.c', 'notCompile', 'dependencies only'],
	['-c -MM x.c', 'notCompile', 'dependencies only'],
	['-fsyntax-only -c x.c', 'notCompile', 'syntax only'],
	['--version', 'notCompile', 'query'],
	['-print-file-name=libc.a', 'notCompile', 'query'],
	['-c a.c b.c', 'notCacheable', 'multiple input files'],
	['-c', 'notCacheable', 'no input file'],
	['-c -', 'notCacheable', '-'],
	['-c x.c -o -', 'notCacheable', 'output to stdout'],
	['-c x.c -o a.o -ob.o', 'notCacheable', 'several outputs'],
	['-c x.f90', 'notCacheable', 'unknown source language'],
	['-c x.o', 'notCacheable', 'unknown source language'],
	['-x go -c x.c', 'notCacheable', 'unknown source language'],
	['-c x.h', 'notCacheable', 'precompiled header'],
	['-x c++-header -c x', 'notCacheable', 'precompiled header'],
	['-save-temps -c x.c', 'notCacheable', '-save-temps'],
	['-save-temps=obj -c x.c', 'notCacheable', '-save-temps'],
	['-fplugin=./p.so -c x.c', 'notCacheable', '-fplugin'],
	['-specs=/x.specs -c x.c', 'notCacheable', '-specs'],
	['-fmodules-ts -c x.cc', 'notCacheable', '-fmodule'],
	['-fprofile-use -c x.c', 'notCacheable', '-fprofile-use'],
	['-fprofile-use=dir -c x.c', 'notCacheable', '-fprofile-use'],
	['-fdump-tree-all -c x.c', 'notCacheable', '-fdump-tree-all'],
	['-fopt-info-vec=said.txt -c x.c', 'notCacheable', '-fopt-info-vec'],
	['-fnew-thing=/some/file -c x.c', 'notCacheable', '-fnew-thing'],
	['--never-heard-of -c x.c', 'notCacheable', '--never-heard-of'],
	['-Wp,-MT,a,-include,b -c x.c', 'notCacheable', '-Wp'],
	['-Wa,--MD,x.d -c x.c', 'notCacheable', '-Wa,--MD'],
	['-Wa,-o,y.o -c x.c', 'notCacheable', '-Wa,-o'],
	['-Xassembler -o -Xassembler y.o -c x.c', 'notCacheable', '-Wa,-o'],
	['-MF x.d -c x.c', 'notCacheable', '-MF'],
	['-MD -c x.c -o /dev/null', 'notCacheable', 'side output without a name'],
	['-MD -c x.c -o dir/.o', 'notCacheable', 'side output without a name'],
	['-MD -MF x.o -c x.c', 'notCacheable', 'outputs overlap'],
	['-c x.c -o x.c', 'notCacheable', 'outputs overlap'],
	['-v -c x.c', 'notCacheable', '-v'],
	['-I=/include -c x.c', 'notCacheable', 'folder below the sysroot'],
	['-Xclang -load -Xclang p.so -c x.c', 'notCacheable', '-Xclang', 'clang'],
	['-fpass-plugin=p.so -c x.c', 'notCacheable', '-fpass-plugin', 'clang'],
	['-include-pch x.pch -c x.c', 'notCacheable', '-include-pch', 'clang'],
	['-arch x86_64 -c x.c', 'notCacheable', '-arch', 'clang'],
	['-ftime-trace -c x.c', 'notCacheable', '-ftime-trace', 'clang'],
	['-gtoggle -g0 -c x.c', 'notCacheable', '-gtoggle'],
	['-flto=./jobs -c x.c', 'notCacheable', '-flto'],
	['-Wa,-ag=x.lst -c x.c', 'notCacheable', '-Wa,-ag'],
	['-fbasic-block-sections=list=x.txt -c x.c', 'notCacheable', '-fbasic-block-sections', 'clang'],
	['-mllvm -inline-replay-file -c x.c', 'notCacheable', '-mllvm', 'clang'],
	['-frecord-gcc-switches -c x.c', 'notCacheable', '-frecord-gcc-switches', 'clang'],
	['-grecord-command-line -c x.c', 'notCacheable', '-grecord-command-line', 'clang'],
];

for (const [line, kind, reason, family = 'gcc'] of passed) {
	test(`${family} ${line}: ${kind}, ${reason}`, t => {
		const parsed = parse(line, family);
		t.is(parsed.kind, kind);
		t.is(parsed.kind === 'compile' ? '' : parsed.reason, reason);
	});
}

test('the language is the suffix, the driver or -x', t => {
	const language = (driverMode: 'c' | 'c++', ...args: string[]) => {
		const parsed = parseCommand({family: 'gcc', driverMode, args: ['-c', ...args]});
		return parsed.kind === 'compile' ? parsed.language : parsed.reason;
	};
	t.is(language('c', 'x.c'), 'c');
	t.is(language('c++', 'x.c'), 'c++');
	t.is(language('c', 'x.C'), 'c++');
	t.is(language('c', 'x.mm'), 'objective-c++');
	t.is(language('c', 'x.S'), 'assembler-with-cpp');
	t.is(language('c', 'x.s'), 'assembler');
	t.is(language('c++', 'x.i'), 'c++-cpp-output');
	t.is(language('c', '-x', 'c++', 'x.c'), 'c++');
	t.is(language('c', '-xc++', 'x.foo'), 'c++');
	t.is(language('c', '-x', 'c++', '-x', 'none', 'x.c'), 'c');
	t.is(language('c', 'x.c', '-x', 'c++'), 'c');
	t.is(language('c', 'dir.c/x'), 'unknown source language');
});

test('equal meaning is equal text in the key, whatever the outputs are called', t => {
	const plain = compile('-c x.c -O2 -I inc -DA=1 -o x.o').hashedArgs;
	for (const same of [
		'-O2 -Iinc -D A=1 -c -o elsewhere/y.o x.c',
		'-O2 -I inc -DA=1 -pipe -c x.c',
		'-O2 -I inc -DA=1 -fdiagnostics-color=always -c x.c',
	]) {
		t.deepEqual(compile(same).hashedArgs, plain, same);
	}
	for (const other of [
		'-O1 -Iinc -DA=1 -c x.c',
		'-O2 -Iinc2 -DA=1 -c x.c',
		'-O2 -DA=1 -Iinc -c x.c',
		'-O2 -Iinc -DA=1 -MD -c x.c',
		'-O2 -Iinc -DA=1 -Wp,-DB -c x.c',
		'-O2 -Iinc -DA=1 -Wa,-g -c x.c',
	]) {
		t.notDeepEqual(compile(other).hashedArgs, plain, other);
	}
});

test('an output that is named in another one is in the key', t => {
	for (const args of [
		'-MD',
		'--coverage',
		'-g -gsplit-dwarf',
		'-fstack-usage',
		'-fprofile-generate',
		'-Wa,-al=x.lst',
		'-frecord-gcc-switches',
	]) {
		t.notDeepEqual(
			compile(`${args} -c x.c -o a.o`).hashedArgs,
			compile(`${args} -c x.c -o b.o`).hashedArgs,
			args,
		);
	}
	t.deepEqual(
		compile('-MD -MT t -MF a.d -c x.c -o a.o').hashedArgs,
		compile('-MD -MT t -MF b.d -c x.c -o b.o').hashedArgs,
	);
	t.notDeepEqual(
		compile('-MD -MT t -c x.c -o a.o').hashedArgs,
		compile('-MD -MT u -c x.c -o a.o').hashedArgs,
	);
});

test('what only the preprocessor reads is not in the key over its text, unless debug information shows it', t => {
	const preprocessed = (line: string) => compile(line).preprocessedHashedArgs;
	t.deepEqual(preprocessed('-O2 -DA -Iinc -include y.h -c x.c'), preprocessed('-O2 -c x.c'));
	t.notDeepEqual(preprocessed('-O2 -DA -g -c x.c'), preprocessed('-O2 -g -c x.c'));
	t.notDeepEqual(preprocessed('-O2 -c x.c'), preprocessed('-O1 -c x.c'));
	t.notDeepEqual(preprocessed('-finput-charset=latin1 -c x.c'), preprocessed('-c x.c'));
	t.notDeepEqual(preprocessed('-MD -MT a -c x.c'), preprocessed('-MD -MT b -c x.c'));
});

test('the cwd matters where an output names it', t => {
	for (const line of [
		'-g',
		'-ggdb3',
		'--coverage',
		'-gsplit-dwarf',
		'-fprofile-arcs',
		'-Wa,--gen-debug',
		'-g0 -g',
	]) {
		t.true(compile(`${line} -c x.c`).cwdMatters, line);
	}
	for (const line of ['', '-g0', '-g -g0', '-ggdb0', '-O2 -MD']) {
		t.false(compile(`${line} -c x.c`).cwdMatters, line);
	}
});

test('raw source bytes matter where comments, columns or macros get into the result', t => {
	for (const line of [
		'-g',
		'-Wall',
		'-Wextra',
		'-W',
		'-Werror=implicit-fallthrough',
		'-std=c++20',
		'-fsanitize=undefined',
		'-Wa,-al',
	]) {
		t.true(compile(`${line} -c x.cc`).sourceBytesMatter, line);
	}
	t.false(compile('-O2 -Wshadow -std=c++17 -c x.cc').sourceBytesMatter);
});

test('search folders are told apart', t => {
	const {search} = compile(
		'-iquote q -I b1 -isystem s -Ib2 -idirafter a -include f.h -imacros m.h -nostdinc -c x.c',
	);
	t.deepEqual(search, {
		quote: ['q'],
		bracket: ['b1', 'b2'],
		system: ['s'],
		after: ['a'],
		forced: ['f.h', 'm.h'],
		probe: ['-nostdinc'],
	});
});

test('native machine options, identity and extra inputs are gathered', t => {
	t.deepEqual(compile('-march=native -mtune=generic -c x.c').nativeArgs, ['-march=native']);
	t.deepEqual(compile('-B tools -m32 -c x.c').identityArgs, ['-B', 'tools', '-m32']);
	t.deepEqual(
		compile(
			'-fsanitize=address -fsanitize-ignorelist=i.txt -fprofile-use=p.profdata -c x.c',
			'clang',
		).extraInputs,
		['i.txt', 'p.profdata'],
	);
});

test('colour follows the last option', t => {
	t.is(compile('-c x.c').color, 'auto');
	t.is(compile('-fdiagnostics-color -c x.c').color, 'always');
	t.is(compile('-fdiagnostics-color=always -fno-diagnostics-color -c x.c').color, 'never');
	t.is(compile('-fcolor-diagnostics -fdiagnostics-color=auto -c x.c', 'clang').color, 'auto');
});

test('the preprocessor gets everything but what would write or end elsewhere', t => {
	t.deepEqual(compile('-O2 -MD -MF x.d -MT t -DA -o x.o -c x.c -Iinc').preprocessArgs, [
		'-E',
		'-O2',
		'-DA',
		'-Iinc',
		'-x',
		'c',
		'x.c',
	]);
	t.deepEqual(compile('-c --serialize-diagnostics x.dia x.c', 'clang').preprocessArgs, [
		'-E',
		'-x',
		'c',
		'x.c',
	]);
});

const names = [...sharedOptions, ...gccOptions, ...clangOptions].map(([name]) => name);
const word = fc.oneof(
	fc.constantFrom(...names),
	fc
		.tuple(fc.constantFrom(...names), fc.constantFrom('x', '=y', '/z', '0', 'native'))
		.map(([name, value]) => name + value),
	fc.constantFrom('x.c', 'y.cc', '-c', '-S', '-o', 'a.o', '--', '-', '@f', ''),
	fc.string(),
);

test('any arguments are answered, and the same ones alike', t => {
	fc.assert(
		fc.property(
			fc.array(word, {maxLength: 12}),
			fc.constantFrom<Family>('gcc', 'clang'),
			(args, family) => {
				const parsed = parseCommand({family, driverMode: 'c', args});
				t.deepEqual(parseCommand({family, driverMode: 'c', args}), parsed);
				if (parsed.kind === 'compile') {
					t.true(args.includes(parsed.input));
					const paths = parsed.outputs.map(({path}) => path);
					t.is(new Set([parsed.input, ...paths]).size, paths.length + 1);
				} else {
					t.truthy(parsed.reason);
				}
			},
		),
		{numRuns: 3000},
	);
});

test('an option that is put beside others changes the key unless it is one that changes nothing', t => {
	const harmless = new Set([
		'-pipe',
		'-c',
		'--compile',
		'-o',
		'-fdiagnostics-color',
		'-fno-diagnostics-color',
		'-x',
	]);
	const effectful = [...sharedOptions, ...gccOptions].filter(
		([name, , effect]) => !harmless.has(name) && effect !== 'refused' && effect !== 'notCompile',
	);
	fc.assert(
		fc.property(
			fc.constantFrom(...effectful),
			fc.subarray(['-O2', '-DA', '-Iinc', '-Wall']),
			([name, takes], others) => {
				const option =
					takes === 'separate' ? [name, 'value'] : takes === 'nothing' ? [name] : [`${name}value`];
				const base = parseCommand({family: 'gcc', driverMode: 'c', args: [...others, '-c', 'x.c']});
				const more = parseCommand({
					family: 'gcc',
					driverMode: 'c',
					args: [...others, ...option, '-c', 'x.c'],
				});
				if (base.kind === 'compile' && more.kind === 'compile') {
					t.notDeepEqual(
						[more.hashedArgs, more.mode],
						[base.hashedArgs, base.mode],
						option.join(' '),
					);
				} else {
					t.is(base.kind, 'compile');
				}
			},
		),
	);
});

test('no option stands twice in a table', t => {
	for (const table of [sharedOptions, gccOptions, clangOptions]) {
		const seen = table.map(([name]) => name);
		t.deepEqual(seen, [...new Set(seen)]);
	}
});

test('what macros of the command line stand for is text of the source', t => {
	const {definitions} = compile('-DA=__TIME__ -D B=2=3 -DC -UD -Wp,-DE=5 -D__TIME__=0 -c x.c');
	t.is(definitions, '__TIME__\n2=3\n0\n5');
});

test('files of clang whose content counts are extra inputs', t => {
	for (const option of ['-fmemory-profile-use=', '-frandomize-layout-seed-file=']) {
		const parsed = parse(`${option}x.txt -c x.c`, 'clang');
		t.deepEqual(parsed.kind === 'compile' && parsed.extraInputs, ['x.txt'], option);
	}
});
