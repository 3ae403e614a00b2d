import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Counted, Farm, type RunOptions, settle} from './farm.js';

/** Everything that a compile reads beside source and headers is in the key, or the compile is not cached. */

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
});
test.after.always(() => farm?.close());

const clang = existsSync('/usr/bin/clang') ? test.serial : test.skip;
const clangxx = clang;

/** Compiles through us and without; both must give the same object. */
async function compiles(
	t: ExecutionContext,
	compiler: string,
	args: readonly string[],
	options: RunOptions = {},
): Promise<Counted> {
	settle();
	const object = () =>
		farm.read(join((options.cwd ?? farm.work).slice(farm.work.length + 1), 'a.o'));
	const all = [...args, '-o', 'a.o'];
	return farm.during(() => {
		const ran = farm.run(compiler, all, options);
		const ours = ran.code === 0 ? object() : undefined;
		t.deepEqual(ran, farm.plain(compiler, all, options), all.join(' '));
		t.deepEqual(ours, ran.code === 0 ? object() : undefined, all.join(' '));
	});
}

for (const name of ['-fsanitize-ignorelist=', '-fsanitize-blacklist=']) {
	clangxx(`the content of ${name} is in the key`, async t => {
		const folder = `list${name.length}`;
		const cwd = join(farm.work, folder);
		farm.write(
			`${folder}/a.c`,
			'int first(int *p) { return p[1]; }\nint second(int *p) { return p[2]; }\n',
		);
		farm.write(`${folder}/list.txt`, 'fun:first\n');
		const args = ['-O1', '-fsanitize=address', `${name}list.txt`, '-c', 'a.c'];
		t.is((await compiles(t, 'clang', args, {cwd})).misses, 1);
		t.is((await compiles(t, 'clang', args, {cwd})).directHits, 1);
		farm.write(`${folder}/list.txt`, 'fun:second\n');
		t.is((await compiles(t, 'clang', args, {cwd})).misses, 1);
		farm.write(`${folder}/list.txt`, 'fun:first\n');
		t.is((await compiles(t, 'clang', args, {cwd})).directHits, 1);
		rmSync(join(cwd, 'list.txt'));
		t.is((await compiles(t, 'clang', args, {cwd})).directHits, 0);
	});
}

const hasProfdata = spawnSync('llvm-profdata', ['--help']).status === 0;
(hasProfdata ? clang : test.skip)('the content of a clang profile is in the key', async t => {
	const cwd = join(farm.work, 'profile');
	farm.write('profile/a.c', 'int f(int a) { return a > 3 ? a * 2 : a; }\n');
	const merge = (count: number) => {
		farm.write('profile/p.txt', `f\n# hash\n24\n2\n${count}\n1\n`);
		spawnSync('llvm-profdata', ['merge', '-o', 'p.profdata', 'p.txt'], {cwd});
	};
	merge(10);
	const args = ['-O2', '-fprofile-use=p.profdata', '-c', 'a.c'];
	t.is((await compiles(t, 'clang', args, {cwd})).misses, 1);
	t.is((await compiles(t, 'clang', args, {cwd})).directHits, 1);
	merge(100000);
	t.is((await compiles(t, 'clang', args, {cwd})).misses, 1);
});

test.serial('gcc profiles, plugins and specs are not cached', async t => {
	const cwd = join(farm.work, 'refused');
	farm.write('refused/a.c', 'int f(void) { return 1; }\n');
	farm.write('refused/my.specs', '*cpp:\n+ -DX\n');
	for (const option of [
		'-fprofile-use',
		'-fplugin=nothing',
		'-specs=my.specs',
		'-save-temps',
		'-fdump-tree-optimized',
	]) {
		for (let pass = 0; pass < 2; pass++) {
			const counted = await compiles(t, 'gcc', [option, '-c', 'a.c'], {cwd});
			t.is(counted.notCacheable, 1, option);
		}
	}
});

test.serial('the input charset is in the key', async t => {
	const cwd = join(farm.work, 'charset');
	farm.write(
		'charset/a.c',
		Buffer.from('const char *s = "\xe4";\nconst int w = L\'\xe4\';\n', 'latin1'),
	);
	const args = (charset: string) => [`-finput-charset=${charset}`, '-c', 'a.c'];
	t.is((await compiles(t, 'gcc', args('latin1'), {cwd})).misses, 1);
	t.is((await compiles(t, 'gcc', args('latin1'), {cwd})).directHits, 1);
	t.is((await compiles(t, 'gcc', args('latin2'), {cwd})).directHits, 0);
	t.is((await compiles(t, 'gcc', args('cp1251'), {cwd})).directHits, 0);
});

test.serial('with debug information the folder is in the key, prefix maps or not', async t => {
	for (const folder of ['map1', 'map2']) {
		farm.write(`${folder}/a.c`, 'int f(void) { return 1; }\n');
	}
	for (const folder of ['map1', 'map2']) {
		const cwd = join(farm.work, folder);
		const maps = [`-fdebug-prefix-map=${cwd}=/src`];
		t.is((await compiles(t, 'gcc', ['-g', '-c', 'a.c'], {cwd})).directHits, 0);
		t.is((await compiles(t, 'gcc', ['-g', '-c', 'a.c'], {cwd})).directHits, 1);
		t.is((await compiles(t, 'gcc', ['-g', ...maps, '-c', 'a.c'], {cwd})).directHits, 0);
		t.is((await compiles(t, 'gcc', ['-g', ...maps, '-c', 'a.c'], {cwd})).directHits, 1);
	}
	const cwd = join(farm.work, 'map2');
	t.is((await compiles(t, 'gcc', ['-O2', '-c', 'a.c'], {cwd})).misses, 1);
	t.is(
		(await compiles(t, 'gcc', ['-O2', '-c', 'a.c'], {cwd: join(farm.work, 'map1')})).directHits,
		1,
	);
});

test.serial(
	'PWD by another name of the folder gets into debug information, and into the key',
	async t => {
		farm.write('real/a.c', 'int f(void) { return 1; }\n');
		spawnSync('ln', ['-s', 'real', join(farm.work, 'link')]);
		const cwd = join(farm.work, 'real');
		const through = {cwd, env: {PWD: join(farm.work, 'link')}};
		const straight = {cwd, env: {PWD: cwd}};
		t.is((await compiles(t, 'gcc', ['-g', '-c', 'a.c'], straight)).misses, 1);
		t.is((await compiles(t, 'gcc', ['-g', '-c', 'a.c'], through)).misses, 1);
		t.is((await compiles(t, 'gcc', ['-g', '-c', 'a.c'], through)).directHits, 1);
	},
);

test.serial('SCCACHE_EXTRAFILES and SCCACHE_C_CUSTOM_CACHE_BUSTER are in the key', async t => {
	const cwd = join(farm.work, 'extra');
	farm.write('extra/a.c', 'int f(void) { return 1; }\n');
	const file = farm.write('extra/file', '1');
	const env = {SCCACHE_EXTRAFILES: file};
	t.is((await compiles(t, 'gcc', ['-c', 'a.c'], {cwd})).misses, 1);
	t.is((await compiles(t, 'gcc', ['-c', 'a.c'], {cwd, env})).misses, 1);
	t.is((await compiles(t, 'gcc', ['-c', 'a.c'], {cwd, env})).directHits, 1);
	farm.write('extra/file', '2');
	t.is((await compiles(t, 'gcc', ['-c', 'a.c'], {cwd, env})).misses, 1);
	const buster = {SCCACHE_C_CUSTOM_CACHE_BUSTER: 'x'};
	t.is((await compiles(t, 'gcc', ['-c', 'a.c'], {cwd, env: buster})).misses, 1);
	t.is((await compiles(t, 'gcc', ['-c', 'a.c'], {cwd, env: buster})).directHits, 1);
});

test.serial('-march=native hits on the same machine', async t => {
	const cwd = join(farm.work, 'native');
	farm.write('native/a.c', 'int f(int a) { return __builtin_popcount(a); }\n');
	for (const compiler of existsSync('/usr/bin/clang') ? ['gcc', 'clang'] : ['gcc']) {
		const args = ['-O2', '-march=native', '-c', 'a.c'];
		t.is((await compiles(t, compiler, args, {cwd})).misses, 1);
		t.is((await compiles(t, compiler, args, {cwd})).directHits, 1);
		t.is((await compiles(t, compiler, ['-O2', '-c', 'a.c'], {cwd})).misses, 1);
	}
});

test.serial('the language of diagnostics is in the key', async t => {
	const cwd = join(farm.work, 'locale');
	farm.write('locale/a.c', 'int f(void) { int unused; return 1; }\n');
	for (const env of [{LC_ALL: 'C'}, {LC_ALL: 'C.UTF-8'}, {LC_ALL: '', LANG: 'C'}]) {
		t.is((await compiles(t, 'gcc', ['-Wall', '-c', 'a.c'], {cwd, env})).directHits, 0);
		t.is((await compiles(t, 'gcc', ['-Wall', '-c', 'a.c'], {cwd, env})).directHits, 1);
	}
});

test.serial(
	'the same content in another folder is found again when nothing names the folder',
	async t => {
		for (const folder of ['one', 'two']) {
			mkdirSync(join(farm.work, folder), {recursive: true});
			farm.write(`${folder}/a.c`, '#include "inc/part.h"\nint f(void) { return PART; }\n');
			farm.write(`${folder}/inc/part.h`, '#define PART 5\n');
		}
		t.is((await compiles(t, 'gcc', ['-O2', '-c', 'a.c'], {cwd: join(farm.work, 'one')})).misses, 1);
		t.is(
			(await compiles(t, 'gcc', ['-O2', '-c', 'a.c'], {cwd: join(farm.work, 'two')})).directHits,
			1,
		);
		farm.write('two/inc/part.h', '#define PART 6\n');
		t.is(
			(await compiles(t, 'gcc', ['-O2', '-c', 'a.c'], {cwd: join(farm.work, 'two')})).directHits,
			0,
		);
	},
);

test.serial('a file that is changed while its compile runs is not cached', async t => {
	farm.write('young/a.c', '#include "young.h"\nint f(void) { return YOUNG; }\n');
	farm.write('young/young.h', '#define YOUNG 1\n');
	const cwd = join(farm.work, 'young');
	const counted = await farm.during(() => {
		const line =
			'printf "#define YOUNG 2\\n" > young.h; gcc -c a.c; printf "#define YOUNG 3\\n" > young.h; gcc -c a.c';
		farm.run('/bin/sh', ['-c', line], {cwd});
	});
	t.is(counted.directHits, 0);
	const object = farm.read('young/a.o');
	farm.plain('gcc', ['-c', 'a.c'], {cwd});
	t.deepEqual(object, farm.read('young/a.o'));
});
