import {existsSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {Farm, settle} from './farm.js';

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
});
test.after.always(() => farm?.close());

const hasClang = existsSync('/usr/bin/clang');
const source = `#include <stdio.h>
static int twice(int n) { return n * 2; }
int main(int argc, char **argv) { printf("%s %d", argv[0], twice(argc)); return 0; }
`;

/** Each with the seed without which gcc's coverage notes differ from run to run. */
const variants: readonly (readonly [compiler: string, ...args: string[]])[] = [
	['gcc', '-g', '-gsplit-dwarf'],
	['gcc', '-gsplit-dwarf', '-g0'],
	['gcc', '-g', '-gsplit-dwarf', '-o', 'sub/out.o'],
	['gcc', '--coverage'],
	['gcc', '-fprofile-arcs', '-ftest-coverage', '-o', 'sub/out.o'],
	['gcc', '-fstack-usage'],
	['gcc', '-fcallgraph-info=su,da'],
	['gcc', '-MD'],
	['gcc', '-MMD', '-MP', '-MF', 'sub/deps', '-MQ', 'a$b'],
	['gcc', '-Wp,-MD,sub/wp.d'],
	['gcc', '-S', '-fstack-usage', '-MD', '-fverbose-asm'],
	['gcc', '-g', '-gsplit-dwarf', '--coverage', '-fstack-usage', '-fcallgraph-info', '-MD'],
	['clang', '-g', '-gsplit-dwarf'],
	['clang', '-g', '-gsplit-dwarf=single'],
	['clang', '--coverage'],
	['clang', '-fstack-usage', '-MD'],
	['clang', '--serialize-diagnostics', 'sub/x.dia', '-Wall'],
	['clang', '-fprofile-instr-generate', '-fcoverage-mapping'],
];

function outputs(folder: string): ReadonlyMap<string, string> {
	const files = readdirSync(folder, {recursive: true, withFileTypes: true});
	return new Map(
		files
			.filter(file => file.isFile() && !['main.c', 'keep'].includes(file.name))
			.map(file => join(file.parentPath, file.name))
			.sort()
			.map(path => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]),
	);
}

function clear(folder: string): void {
	for (const name of outputs(folder).keys()) {
		rmSync(join(folder, name));
	}
}

for (const [index, [compiler, ...options]] of variants.entries()) {
	const check = compiler === 'clang' && !hasClang ? test.skip : test.serial;
	check(`${compiler} ${options.join(' ')}: every file comes back`, async t => {
		const cwd = join(farm.work, `v${index}`);
		farm.write(`v${index}/main.c`, source);
		farm.write(`v${index}/sub/keep`, '');
		settle();
		const args = [
			'-frandom-seed=1',
			...options,
			...(options.includes('-S') ? [] : ['-c']),
			'main.c',
		];
		const gccArgs = compiler === 'gcc' ? args : args.slice(1);
		const plain = farm.plain(compiler, gccArgs, {cwd});
		t.is(plain.code, 0, plain.stderr);
		const expected = outputs(cwd);
		for (const [pass, count] of [
			['cold', 'misses'],
			['warm', 'directHits'],
		] as const) {
			clear(cwd);
			const counted = await farm.during(() => {
				t.deepEqual(farm.run(compiler, gccArgs, {cwd}), plain, pass);
			});
			t.is(counted[count], 1, `${pass}: ${JSON.stringify(counted)}`);
			t.deepEqual(outputs(cwd), expected, pass);
		}
	});
}

test.serial('a listing comes back as the compile wrote it', async t => {
	const cwd = join(farm.work, 'listing');
	farm.write('listing/main.c', source);
	settle();
	const args = ['-g', '-Wa,-adhlns=main.lst', '-c', 'main.c'];
	t.is(farm.run('gcc', args, {cwd}).code, 0);
	const cold = outputs(cwd);
	t.true(cold.get('main.lst')?.includes('.globl'));
	clear(cwd);
	const counted = await farm.during(() => {
		t.is(farm.run('gcc', args, {cwd}).code, 0);
	});
	t.is(counted.directHits, 1);
	t.deepEqual(outputs(cwd), cold);
});

test.serial('an output that the compile names but does not write is not made up', async t => {
	const cwd = join(farm.work, 'none');
	farm.write('none/main.c', source);
	farm.write('none/main.dwo', 'of another time');
	settle();
	const args = ['-gsplit-dwarf', '-c', 'main.c'];
	if (!hasClang) {
		t.pass();
		return;
	}
	for (let pass = 0; pass < 2; pass++) {
		t.is(farm.run('clang', args, {cwd}).code, 0);
		t.is(farm.read('none/main.dwo').toString(), 'of another time');
	}
});
