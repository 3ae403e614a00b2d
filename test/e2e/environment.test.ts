import {existsSync} from 'node:fs';
import test from 'ava';
import {Farm, settle} from './farm.js';

/** Variables that change what a compiler says or makes of the same command line. */

test('GCC_EXTRA_DIAGNOSTIC_OUTPUT is honoured, in misses and in hits', async t => {
	const farm = await Farm.start();
	t.teardown(() => farm.close());
	farm.write('a.c', '#include <stdio.h>\nint f(long n) { return printf("%d", n); }\n');
	settle();
	const args = ['-Wall', '-c', 'a.c'];
	const said = new Set<string>();
	for (const value of [undefined, 'fixits-v1', undefined, 'fixits-v1']) {
		const options = {env: {GCC_EXTRA_DIAGNOSTIC_OUTPUT: value}};
		const ran = farm.run('gcc', args, options);
		t.deepEqual(ran, farm.plain('gcc', args, options), value);
		said.add(ran.stderr);
	}
	t.is(said.size, 2, 'gcc heeds it');
	t.like(farm.counts(), {misses: 2, directHits: 2});
});

const hasClang = existsSync('/usr/bin/clang');
(hasClang ? test : test.skip)(
	`options that CCC_OVERRIDE_OPTIONS adds behind the command line${hasClang ? '' : ' (there is no clang)'}`,
	async t => {
		const farm = await Farm.start();
		t.teardown(() => farm.close());
		farm.write('a.c', 'int f(int n) { return n * VALUE; }\n');
		settle();
		const args = ['-DVALUE=1', '-c', 'a.c'];
		const made = new Set<string>();
		for (const value of [undefined, '#+-UVALUE +-DVALUE=7', '#+-UVALUE +-DVALUE=8']) {
			const options = {env: {CCC_OVERRIDE_OPTIONS: value}};
			t.is(farm.run('clang', args, options).code, 0);
			const ours = farm.read('a.o');
			t.is(farm.plain('clang', args, options).code, 0);
			t.deepEqual(ours, farm.read('a.o'), value);
			made.add(ours.toString('base64'));
		}
		t.is(made.size, 3, 'clang heeds it');
		t.like(farm.counts(), {misses: 1, directHits: 0, notCacheable: 2});
	},
);
