import {cpSync, existsSync, linkSync, renameSync, rmSync, symlinkSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {Farm, settle} from './farm.js';

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
});
test.after.always(() => farm?.close());

const compilers = ['gcc', ...(existsSync('/usr/bin/clang') ? ['clang'] : [])];

/** Compiles with and without us; both must agree. */
async function compiles(
	t: {deepEqual(a: unknown, b: unknown, message?: string): void},
	compiler: string,
	cwd: string,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
) {
	settle();
	const counted = await farm.during(() => {
		const ran = farm.run(compiler, args, {cwd, env});
		const object = existsSync(join(cwd, 'a.o'))
			? farm.read(join(cwd.slice(farm.work.length + 1), 'a.o'))
			: undefined;
		const plain = farm.plain(compiler, args, {cwd, env});
		t.deepEqual(ran, plain);
		if (object !== undefined) {
			t.deepEqual(object, farm.read(join(cwd.slice(farm.work.length + 1), 'a.o')), args.join(' '));
		}
	});
	return counted;
}

for (const compiler of compilers) {
	test.serial(
		`${compiler}: a header that newly appears earlier in the search path is noticed`,
		async t => {
			const folder = `shadow-${compiler}`;
			const cwd = join(farm.work, folder);
			farm.write(
				`${folder}/a.c`,
				'#include <value.h>\n#include "deep/value.h"\nint value = VALUE + DEEP;\n',
			);
			farm.write(`${folder}/late/value.h`, '#define VALUE 1\n');
			farm.write(`${folder}/late/deep/value.h`, '#define DEEP 10\n');
			farm.write(`${folder}/early/unrelated.h`, '');
			const args = ['-c', 'a.c', '-Iearly', '-Inotthere', '-Ilate'];
			t.is((await compiles(t, compiler, cwd, args)).misses, 1);
			t.is((await compiles(t, compiler, cwd, args)).directHits, 1);
			t.is((await compiles(t, compiler, cwd, args)).directHits, 1);
			farm.write(`${folder}/early/value.h`, '#define VALUE 2\n');
			t.is((await compiles(t, compiler, cwd, args)).directHits, 0);
			farm.write(`${folder}/notthere/deep/value.h`, '#define DEEP 20\n');
			t.is((await compiles(t, compiler, cwd, args)).directHits, 0);
			farm.write(`${folder}/deep/value.h`, '#define DEEP 30\n');
			t.is((await compiles(t, compiler, cwd, args)).directHits, 0);
			t.is((await compiles(t, compiler, cwd, args)).directHits, 1);
			rmSync(join(cwd, 'deep/value.h'));
			t.is((await compiles(t, compiler, cwd, args)).misses, 0);
		},
	);

	test.serial(`${compiler}: __has_include targets that come and go are noticed`, async t => {
		const folder = `has-${compiler}`;
		const cwd = join(farm.work, folder);
		farm.write(
			`${folder}/a.c`,
			'#if __has_include("option.h")\nint yes;\n#else\nint no;\n#endif\n',
		);
		const args = ['-c', 'a.c'];
		t.is((await compiles(t, compiler, cwd, args)).misses, 1);
		t.is((await compiles(t, compiler, cwd, args)).directHits, 1);
		farm.write(`${folder}/option.h`, '');
		t.is((await compiles(t, compiler, cwd, args)).directHits, 0);
		t.is((await compiles(t, compiler, cwd, args)).directHits, 1);
		renameSync(join(cwd, 'option.h'), join(cwd, 'gone.h'));
		t.is((await compiles(t, compiler, cwd, args)).misses, 0);
	});

	test.serial(`${compiler}: a header that #pragma once passed over is noticed`, async t => {
		const folder = `once-${compiler}`;
		const cwd = join(farm.work, folder);
		farm.write(`${folder}/a.c`, '#include "one.h"\n#include "two.h"\nint value = VALUE;\n');
		const one = farm.write(`${folder}/one.h`, '#pragma once\n#define VALUE 1\n');
		for (const again of [
			(two: string) => symlinkSync('one.h', two),
			(two: string) => linkSync(one, two),
			(two: string) => cpSync(one, two, {preserveTimestamps: true}),
		]) {
			const two = join(cwd, 'two.h');
			again(two);
			await compiles(t, compiler, cwd, ['-c', 'a.c']);
			t.is((await compiles(t, compiler, cwd, ['-c', 'a.c'])).directHits, 1);
			rmSync(two);
			farm.write(`${folder}/two.h`, '#undef VALUE\n#define VALUE 2\n');
			await compiles(t, compiler, cwd, ['-c', 'a.c']);
			rmSync(two);
		}
	});

	test.serial(`${compiler}: computed includes and include_next are followed`, async t => {
		const folder = `computed-${compiler}`;
		const cwd = join(farm.work, folder);
		farm.write(
			`${folder}/a.c`,
			'#define WHICH "which.h"\n#include WHICH\n#include <next.h>\nint which = VALUE + NEXT;\n',
		);
		farm.write(`${folder}/two/which.h`, '#define VALUE 1\n');
		farm.write(`${folder}/one/next.h`, '#include_next <next.h>\n');
		farm.write(`${folder}/three/next.h`, '#define NEXT 1\n');
		farm.write(`${folder}/two/x.h`, '');
		const args = ['-c', 'a.c', '-Ione', '-Itwo', '-Ithree'];
		await compiles(t, compiler, cwd, args);
		t.is((await compiles(t, compiler, cwd, args)).directHits, 1);
		farm.write(`${folder}/two/next.h`, '#define NEXT 5\n');
		t.is((await compiles(t, compiler, cwd, args)).directHits, 0);
		farm.write(`${folder}/one/which.h`, '#define VALUE 7\n');
		t.is((await compiles(t, compiler, cwd, args)).directHits, 0);
	});

	test.serial(`${compiler}: dependency files come back in every variant`, async t => {
		const folder = `deps-${compiler}`;
		const cwd = join(farm.work, folder);
		farm.write(`${folder}/a.c`, '#include <stddef.h>\n#include "h.h"\nsize_t a = H;\n');
		farm.write(`${folder}/h.h`, '#define H 1\n');
		settle();
		const variants: readonly (readonly [depfile: string, args: readonly string[]])[] = [
			['a.d', ['-MD']],
			['a.d', ['-MMD']],
			['x.dep', ['-MD', '-MF', 'x.dep']],
			['x.dep', ['-MMD', '-MFx.dep', '-MP']],
			['x.dep', ['-MD', '-MF', 'x.dep', '-MT', 'one', '-MQ', '$two']],
			['a.d', ['-MD', '-MP', '-MT', 'one']],
			['w.d', ['-Wp,-MD,w.d']],
			['w.d', ['-Wp,-MMD,w.d']],
		];
		for (const [depfile, options] of variants) {
			const args = ['-c', 'a.c', '-o', 'a.o', ...options];
			farm.plain(compiler, args, {cwd});
			const expected = farm.read(join(folder, depfile));
			for (let pass = 0; pass < 3; pass++) {
				rmSync(join(cwd, depfile));
				const counted = await farm.during(() => {
					t.is(farm.run(compiler, args, {cwd}).code, 0);
				});
				t.deepEqual(
					farm.read(join(folder, depfile)),
					expected,
					`${options.join(' ')} pass ${pass}`,
				);
				if (pass === 2) {
					t.is(counted.directHits, 1, `${options.join(' ')}: ${JSON.stringify(counted)}`);
				}
			}
			rmSync(join(cwd, depfile));
		}
	});
}

test.serial('a hit needs every header as it was: content, not time, decides', async t => {
	const cwd = join(farm.work, 'touch');
	farm.write('touch/a.c', '#include "h.h"\nint a = H;\n');
	const header = farm.write('touch/h.h', '#define H 1\n');
	await compiles(t, 'gcc', cwd, ['-c', 'a.c']);
	utimesSync(header, new Date(1_000_000_000_000), new Date(1_000_000_000_000));
	t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'])).directHits, 1);
	farm.write('touch/h.h', '#define H 2\n');
	utimesSync(header, new Date(1_000_000_000_000), new Date(1_000_000_000_000));
	t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'])).directHits, 0);
	farm.write('touch/h.h', '#define H 1\n');
	t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'])).directHits, 1);
});

test.serial('CPATH and C_INCLUDE_PATH are part of the search', async t => {
	const cwd = join(farm.work, 'cpath');
	farm.write('cpath/a.c', '#include <h.h>\nint a = H;\n');
	farm.write('cpath/one/h.h', '#define H 1\n');
	farm.write('cpath/two/h.h', '#define H 2\n');
	for (const name of ['CPATH', 'C_INCLUDE_PATH']) {
		const one = {[name]: 'one'};
		t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], one)).misses, 1);
		t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], one)).directHits, 1);
		t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], {[name]: 'two'})).directHits, 0);
		farm.write('cpath/zero/x.h', '');
		const both = {[name]: 'zero:one'};
		await compiles(t, 'gcc', cwd, ['-c', 'a.c'], both);
		farm.write('cpath/zero/h.h', '#define H 3\n');
		t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], both)).directHits, 0);
		rmSync(join(cwd, 'zero'), {recursive: true});
	}
});

test.serial(
	'__TIME__ is not cached; with SOURCE_DATE_EPOCH it is, each date for itself',
	async t => {
		const cwd = join(farm.work, 'time');
		farm.write('time/a.c', 'const char *when = __DATE__ " " __TIME__;\n');
		settle();
		const free = await farm.during(() => {
			farm.run('gcc', ['-c', 'a.c'], {cwd});
			farm.run('gcc', ['-c', 'a.c'], {cwd});
		});
		t.is(free.directHits + free.preprocessedHits, 0);
		t.like(free.reasons, {__TIME__: 2});
		for (const epoch of ['1', '1000000000']) {
			const env = {SOURCE_DATE_EPOCH: epoch};
			t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], env)).directHits, 0);
			t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], env)).directHits, 1);
		}
	},
);

test.serial('SOURCE_DATE_EPOCH does not matter where no date is used', async t => {
	const cwd = join(farm.work, 'nodate');
	farm.write('nodate/a.c', 'int a;\n');
	await compiles(t, 'gcc', cwd, ['-c', 'a.c'], {SOURCE_DATE_EPOCH: '1'});
	t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], {SOURCE_DATE_EPOCH: '2'})).directHits, 1);
});

test.serial('__DATE__ and __TIMESTAMP__ are found again by the preprocessed text only', async t => {
	const cwd = join(farm.work, 'date');
	farm.write('date/a.c', 'const char *when = __DATE__;\nconst char *stamp = __TIMESTAMP__;\n');
	await compiles(t, 'gcc', cwd, ['-c', 'a.c']);
	const again = await compiles(t, 'gcc', cwd, ['-c', 'a.c']);
	t.is(again.directHits, 0);
	t.is(again.preprocessedHits, 1);
	utimesSync(join(cwd, 'a.c'), new Date(1_000_000_000_000), new Date(1_000_000_000_000));
	const touched = await compiles(t, 'gcc', cwd, ['-c', 'a.c']);
	t.is(touched.directHits + touched.preprocessedHits, 0);
});

test.serial('.incbin, #embed-like inputs and precompiled headers are never cached', async t => {
	const cwd = join(farm.work, 'inputs');
	farm.write('inputs/a.c', '__asm__(".section .rodata\\n.incbin \\"blob\\"\\n");\nint a;\n');
	farm.write('inputs/blob', 'one');
	for (const content of ['one', 'two']) {
		farm.write('inputs/blob', content);
		const counted = await compiles(t, 'gcc', cwd, ['-c', 'a.c']);
		t.is(counted.directHits + counted.preprocessedHits, 0);
		t.is(counted.reasons['.incbin'], 1);
	}
	farm.write('inputs/p.c', '#include "p.h"\nint p = P;\n');
	farm.write('inputs/p.h', '#define P 1\n');
	farm.plain('gcc', ['-c', 'p.h', '-o', 'p.h.gch'], {cwd});
	for (let pass = 0; pass < 2; pass++) {
		const counted = await compiles(t, 'gcc', cwd, ['-c', 'p.c', '-o', 'a.o']);
		t.is(counted.directHits + counted.preprocessedHits + counted.misses, 0);
	}
});

test.serial(
	'a comment in a header that was compiled before changes nothing but the lookup',
	async t => {
		const cwd = join(farm.work, 'comment');
		farm.write('comment/a.c', '#include "h.h"\nint a = H;\n');
		farm.write('comment/h.h', '#define H 1\n');
		await compiles(t, 'gcc', cwd, ['-c', 'a.c']);
		farm.write('comment/h.h', '#define H 1 /* one */\n');
		await compiles(t, 'gcc', cwd, ['-c', 'a.c']);
		farm.write('comment/h.h', '#define H 1 /* two */\n');
		t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'])).preprocessedHits, 1);
		t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'])).directHits, 1);
	},
);

test.serial('with direct mode off the preprocessed text decides', async t => {
	const cwd = join(farm.work, 'nodirect');
	farm.write('nodirect/a.c', '#include "h.h"\nint direct = H;\n');
	farm.write('nodirect/h.h', '#define H 1\n');
	const env = {SCCACHE_DIRECT: '0'};
	t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], env)).misses, 1);
	t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], env)).preprocessedHits, 1);
	farm.write('nodirect/h.h', '#define H 1 /* the same */\n');
	t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], env)).preprocessedHits, 1);
	farm.write('nodirect/h.h', '#define H 2\n');
	t.is((await compiles(t, 'gcc', cwd, ['-c', 'a.c'], env)).misses, 1);
});

test.serial(
	'the same relative sources in another folder hit, unless debug information names the folder',
	async t => {
		for (const folder of ['here', 'there']) {
			farm.write(`${folder}/a.c`, '#include "h.h"\nint a = H;\n');
			farm.write(`${folder}/h.h`, '#define H 77\n');
		}
		await compiles(t, 'gcc', join(farm.work, 'here'), ['-c', 'a.c']);
		t.is((await compiles(t, 'gcc', join(farm.work, 'there'), ['-c', 'a.c'])).directHits, 1);
		await compiles(t, 'gcc', join(farm.work, 'here'), ['-g', '-c', 'a.c']);
		const debug = await compiles(t, 'gcc', join(farm.work, 'there'), ['-g', '-c', 'a.c']);
		t.is(debug.directHits + debug.preprocessedHits, 0);
	},
);
