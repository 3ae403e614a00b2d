import test from 'ava';
import {elsewhere} from '../../src/compiler/elsewhere.js';
import {parseCommand} from '../../src/compiler/parse-command.js';

function sent(family: 'gcc' | 'clang', line: string, native: readonly string[] = []) {
	const command = parseCommand({family, driverMode: 'c', args: line.split(' ')});
	if (command.kind !== 'compile') throw new Error(`${line} is no compile`);
	const there = elsewhere(command, native);
	return there.kind === 'here' ? there.reason : there.args.join(' ');
}

test('a compile goes with the arguments that it has', t => {
	const line = '-O2 -Iinclude -DX=1 -MD -MF a.d -c a.c -o out/a.o';
	t.is(sent('clang', line), line);
});

test("gcc's assembler runs beside it, if nothing is said to it", t => {
	t.is(sent('gcc', '-O2 -c a.c'), '-pipe -O2 -c a.c');
	for (const line of [
		'-pipe -O2 -c a.c',
		'-S a.c',
		'-c a.S',
		'-Wa,-ahl -c a.c',
		'-Xassembler --noexecstack -c a.c',
	]) {
		t.is(sent('gcc', line), line);
	}
});

test('-march=native goes as what it means on this CPU, before what the user says of single features', t => {
	const native = ['-march=alderlake', '-mavx2', '--param=l1-cache-size=48', '-mtune=alderlake'];
	t.is(
		sent('gcc', '-O2 -march=native -mno-avx2 -c a.c', native),
		'-pipe -march=alderlake -mavx2 --param=l1-cache-size=48 -mtune=alderlake -O2 -mno-avx2 -c a.c',
	);
	t.is(
		sent('clang', '-march=native -c a.c', ['-target-cpu alderlake', '-target-feature +avx2']),
		'-march=alderlake -Xclang -target-feature -Xclang +avx2 -c a.c',
	);
});

test('native stays here where it was not spelled out, or where another CPU is named too', t => {
	t.is(sent('gcc', '-march=native -c a.c', []), 'native, and not to be spelled out');
	t.is(
		sent('gcc', '-march=x86-64 -march=native -c a.c', ['-march=alderlake']),
		'native, and not to be spelled out',
	);
	t.is(
		sent('gcc', '-march=x86-64 -mtune=native -c a.c', ['-march=x86-64', '-mtune=alderlake']),
		'-pipe -march=x86-64 -mtune=alderlake -march=x86-64 -c a.c',
	);
});

test('what leads to other files of this machine stays here', t => {
	t.is(sent('gcc', '-B/opt/tools -c a.c'), '-B');
	t.is(sent('gcc', '--sysroot=/cross -c a.c'), '--sysroot');
	t.is(sent('clang', '--gcc-toolchain=/opt/gcc -c a.c'), '--gcc-toolchain');
	t.is(sent('clang', '-fsanitize=address -c a.c'), '-fsanitize');
	t.is(sent('gcc', '-c a.s'), 'assembler');
	t.is(sent('gcc', '-c a.c -o /dev/null'), 'output to a device');
	t.is(sent('gcc', '-Wmissing-include-dirs -c a.c'), '-Wmissing-include-dirs');
});

test('what only chooses among the parts of the toolchain may go', t => {
	for (const line of ['-m32 -pipe -c a.c', '-S a.c']) t.is(sent('gcc', line), line);
	const target = '-target x86_64-pc-linux-gnu -c a.c';
	t.is(sent('clang', target), target);
});
