import {chmodSync, existsSync, linkSync, mkdirSync, statSync, symlinkSync} from 'node:fs';
import {join, resolve} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Farm, settle} from './farm.js';

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
});
test.after.always(() => farm?.close());

const program = '#include <stdio.h>\n#include "part.h"\nint main(void) { return puts(PART); }\n';

function source(folder: string, text = program): string {
	farm.write(`${folder}/main.c`, text);
	farm.write(`${folder}/part.h`, '#define PART "part"\n');
	settle();
	return join(farm.work, folder);
}

/** Compiles twice through the shim and once without: the second is a hit, and all three agree. */
async function cachedLikePlain(
	t: ExecutionContext,
	folder: string,
	compiler: string,
	args: readonly string[],
	outputs: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<void> {
	const cwd = join(farm.work, folder);
	const plain = farm.plain(compiler, args, {cwd, env});
	const expected = outputs.map(output => farm.read(join(folder, output)));
	t.is(plain.code, 0, plain.stderr);
	const passes = [
		{misses: 1, directHits: 0},
		{misses: 0, directHits: 1},
	];
	for (const {misses, directHits} of passes) {
		for (const output of outputs) {
			farm.run('/bin/rm', ['-f', output], {cwd});
		}
		const counted = await farm.during(() => {
			t.deepEqual(farm.run(compiler, args, {cwd, env}), plain);
		});
		t.is(counted.misses, misses, JSON.stringify(counted));
		t.is(counted.directHits, directHits, JSON.stringify(counted));
		for (const [index, output] of outputs.entries()) {
			t.deepEqual(farm.read(join(folder, output)), expected[index], output);
		}
	}
}

test.serial('a second compile is a direct hit with the same object', async t => {
	source('plain');
	await cachedLikePlain(t, 'plain', 'gcc', ['-c', 'main.c', '-o', 'main.o'], ['main.o']);
});

test.serial('debug information, C++, clang and assembly come back the same', async t => {
	source('kinds');
	farm.write(
		'kinds/x.cc',
		'#include <vector>\nint f(const std::vector<int> &v) { return v.at(1); }\n',
	);
	farm.write('kinds/a.S', '#define VALUE 7\n.globl f\nf: movl $VALUE, %eax\n ret\n');
	settle();
	await cachedLikePlain(t, 'kinds', 'gcc', ['-g', '-O2', '-c', 'main.c'], ['main.o']);
	await cachedLikePlain(t, 'kinds', 'g++', ['-g', '-O2', '-c', 'x.cc'], ['x.o']);
	await cachedLikePlain(t, 'kinds', 'gcc', ['-S', '-O2', 'main.c'], ['main.s']);
	await cachedLikePlain(t, 'kinds', 'gcc', ['-c', 'a.S'], ['a.o']);
	if (existsSync('/usr/bin/clang')) {
		await cachedLikePlain(t, 'kinds', 'clang', ['-g', '-c', 'main.c'], ['main.o']);
		await cachedLikePlain(t, 'kinds', 'clang++', ['-O1', '-c', 'x.cc'], ['x.o']);
	}
});

test.serial('warnings are replayed byte for byte', async t => {
	source(
		'warn',
		'#include "part.h"\n#warning look here\nint main(void) { int unused; return PART[0]; }\n',
	);
	await cachedLikePlain(t, 'warn', 'gcc', ['-Wall', '-c', 'main.c'], ['main.o']);
});

test.serial(
	'another source, argument or header is a miss, and the object is the new one',
	async t => {
		const cwd = source('differ');
		farm.run('gcc', ['-c', 'main.c'], {cwd});
		const changes: readonly (readonly [
			what: string,
			args: readonly string[],
			change: () => void,
		])[] = [
			['an option', ['-c', '-O1', 'main.c'], () => {}],
			['a define', ['-c', '-DX=1', 'main.c'], () => {}],
			['the header', ['-c', 'main.c'], () => farm.write('differ/part.h', '#define PART "other"\n')],
			['the source', ['-c', 'main.c'], () => farm.write('differ/main.c', `${program}int more;\n`)],
		];
		for (const [what, args, change] of changes) {
			change();
			settle();
			const counted = await farm.during(() => {
				t.is(farm.run('gcc', args, {cwd}).code, 0);
			});
			t.is(counted.misses, 1, what);
			const object = farm.read('differ/main.o');
			farm.plain('gcc', args, {cwd});
			t.deepEqual(object, farm.read('differ/main.o'), what);
		}
	},
);

test.serial('what is not a compile, or not one that can be cached, runs as without us', async t => {
	const cwd = source('through');
	farm.write('through/two.c', 'int two;\n');
	settle();
	const cases: readonly (readonly string[])[] = [
		['-E', 'main.c'],
		['-M', 'main.c'],
		['main.c', 'two.c', '-o', 'prog'],
		['-c', 'main.c', 'two.c'],
		['-c', 'main.c', '-o', 'a.o', '-o', 'b.o'],
		['-c', 'main.c', '-oa.o', '-o', 'b.o', '-MD'],
		['-print-search-dirs'],
		['--version'],
		['-c', 'main.c', '-save-temps'],
		['-c', 'nosuch.c'],
		['-c'],
		['-fno-such-option-at-all', '-c', 'main.c'],
		[],
	];
	for (const args of cases) {
		const plain = farm.plain('gcc', args, {cwd});
		const counted = await farm.during(() => {
			t.deepEqual(farm.run('gcc', args, {cwd}), plain, args.join(' '));
		});
		t.is(counted.directHits + counted.preprocessedHits + counted.misses, 0, args.join(' '));
		t.is(counted.fallbacks, 0, args.join(' '));
	}
});

test.serial('a compile that fails says the same, leaves the same, and is not cached', async t => {
	const cwd = source('broken', 'int main(void) { return nothing; }\n');
	const plain = farm.plain('gcc', ['-c', 'main.c'], {cwd});
	t.is(plain.code, 1);
	for (let pass = 0; pass < 2; pass++) {
		const counted = await farm.during(() => {
			t.deepEqual(farm.run('gcc', ['-c', 'main.c'], {cwd}), plain);
		});
		t.is(counted.failed, 1);
		t.false(existsSync(join(cwd, 'main.o')));
	}
});

test.serial('source on standard input reaches the compiler untouched', t => {
	source('stdin');
	const options = {cwd: join(farm.work, 'stdin'), input: 'int f(void) { return 3; }\n'};
	const ran = farm.run('gcc', ['-x', 'c', '-c', '-', '-o', 's.o'], options);
	t.is(ran.code, 0, ran.stderr);
	const object = farm.read('stdin/s.o');
	farm.plain('gcc', ['-x', 'c', '-c', '-', '-o', 's.o'], options);
	t.deepEqual(object, farm.read('stdin/s.o'));
});

test.serial('a hit puts its object in place as the compiler does', t => {
	const cwd = source('place');
	farm.run('gcc', ['-c', 'main.c'], {cwd});
	const object = farm.read('place/main.o');

	linkSync(join(cwd, 'main.o'), join(cwd, 'kept.o'));
	farm.write('place/other.o', 'x');
	farm.run('gcc', ['-c', 'main.c'], {cwd});
	t.not(statSync(join(cwd, 'main.o')).ino, statSync(join(cwd, 'kept.o')).ino);

	chmodSync(join(cwd, 'main.o'), 0o444);
	t.is(farm.run('gcc', ['-c', 'main.c'], {cwd}).code, 0);
	t.deepEqual(farm.read('place/main.o'), object);

	t.is(farm.run('gcc', ['-c', 'main.c', '-o', '/dev/null'], {cwd}).code, 0);
	t.true(statSync('/dev/null').isCharacterDevice());

	const missing = farm.plain('gcc', ['-c', 'main.c', '-o', 'no/such/folder.o'], {cwd});
	t.deepEqual(farm.run('gcc', ['-c', 'main.c', '-o', 'no/such/folder.o'], {cwd}), missing);
	t.not(missing.code, 0);
});

test.serial('modes follow the umask of the caller', t => {
	const cwd = source('umask');
	for (const umask of ['022', '077', '002', '077']) {
		farm.run('/bin/sh', ['-c', `umask ${umask}; rm -f main.o main.d; gcc -MD -c main.c`], {cwd});
		const expected = 0o666 & ~Number.parseInt(umask, 8);
		t.is(farm.mode('umask/main.o'), expected);
		t.is(farm.mode('umask/main.d'), expected);
	}
});

test.serial('response files, quoted and nested, are read', async t => {
	source('response', `${program}char *name = NAME;\n`);
	farm.write('response/inner', '-DNAME=\'"a b"\'');
	farm.write('response/args', '-c "main.c" @inner -O2\n');
	settle();
	await cachedLikePlain(t, 'response', 'gcc', ['@args'], ['main.o']);
	farm.write('response/inner', '-DNAME=\'"c"\'');
	settle();
	const counted = await farm.during(() => {
		farm.run('gcc', ['@args'], {cwd: join(farm.work, 'response')});
	});
	t.is(counted.misses, 1);
});

test.serial('names with spaces, quotes and bytes that are no UTF-8 work', async t => {
	mkdirSync(join(farm.work, 'odd names'));
	farm.write('odd names/it\'s a "$x" #1.c', program);
	farm.write('odd names/part.h', '#define PART "p"\n');
	settle();
	await cachedLikePlain(
		t,
		'odd names',
		'gcc',
		['-MD', '-c', 'it\'s a "$x" #1.c', '-o', 'o.o'],
		['o.o', 'o.d'],
	);
});

test.serial('the front compiles, too, by name and by path', async t => {
	const cwd = source('front');
	const counted = await farm.during(() => {
		t.is(farm.run(join(farm.root, 'sccache'), ['gcc', '-c', 'main.c', '-DFRONT'], {cwd}).code, 0);
		t.is(
			farm.run(join(farm.root, 'sccache'), ['/usr/bin/gcc', '-c', 'main.c', '-DFRONT'], {cwd}).code,
			0,
		);
	});
	t.is(counted.misses + counted.directHits + counted.preprocessedHits, 2);
});

test.serial('ar and other programs run as they are', t => {
	const cwd = source('archive');
	farm.run('gcc', ['-c', 'main.c'], {cwd});
	t.is(farm.run('ar', ['rcs', 'lib.a', 'main.o'], {cwd}).code, 0);
	t.true(existsSync(join(cwd, 'lib.a')));
	t.is(farm.run(join(farm.root, 'sccache'), ['ar', 't', 'lib.a'], {cwd}).stdout, 'main.o\n');
});

test.serial(
	'SCCACHE_RECACHE compiles again and replaces; SCCACHE_NO_CACHE does neither',
	async t => {
		const cwd = source('again');
		farm.run('gcc', ['-c', 'main.c'], {cwd});
		const recached = await farm.during(() => {
			farm.run('gcc', ['-c', 'main.c'], {cwd, env: {SCCACHE_RECACHE: '1'}});
		});
		t.is(recached.misses, 1);
		const bypassed = await farm.during(() => {
			farm.run('gcc', ['-c', 'main.c'], {cwd, env: {SCCACHE_NO_CACHE: '1'}});
		});
		t.is(bypassed.misses + bypassed.directHits, 0);
		const hit = await farm.during(() => {
			farm.run('gcc', ['-c', 'main.c'], {cwd});
		});
		t.is(hit.directHits, 1);
	},
);

test.serial('a symlinked source folder and an absolute path give the right object', async t => {
	const cwd = source('real');
	symlinkSync(cwd, join(farm.work, 'link'));
	await cachedLikePlain(
		t,
		'link',
		'gcc',
		['-g', '-c', join(farm.work, 'link/main.c'), '-o', 'l.o'],
		['l.o'],
	);
});

test.serial('the same compile, asked for again while it runs, is done once', async t => {
	const source = resolve(import.meta.dirname, '../../../test/bench/sources/mid.cpp');
	const twice = [1, 2].map(n => `g++ -O1 -c ${source} -o twin${n}.o &`).join('\n');
	const counted = await farm.during(() => {
		t.is(farm.run('/bin/sh', ['-c', `${twice}\nwait`]).code, 0);
	});
	t.is(counted.misses, 1, JSON.stringify(counted));
	t.is(counted.directHits, 1);
	t.deepEqual(farm.read('twin1.o'), farm.read('twin2.o'));
});
