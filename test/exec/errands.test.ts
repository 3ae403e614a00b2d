import {readFileSync} from 'node:fs';
import test from 'ava';
import {Errands} from '../../src/exec/errands.js';

const longMs = 10_000;

test('programs run one after another, and each has its own result', async t => {
	const errands = new Errands();
	t.teardown(() => errands.close());
	const results = await Promise.all([
		errands.run(['/bin/true'], longMs),
		errands.run(['/bin/ls', '/nowhere-at-all'], longMs),
		errands.run(['/bin/echo', 'what', 'succeeds', 'is', 'not', 'heard'], longMs),
	]);
	t.deepEqual(results[0], {code: 0, said: ''});
	t.is(results[1]?.code, 2);
	t.regex(results[1]?.said ?? '', /nowhere-at-all/);
	t.deepEqual(results[2], {code: 0, said: ''});
});

test('what a shell would take for more than a word is refused', t => {
	const errands = new Errands();
	t.teardown(() => errands.close());
	for (const word of ['a b', '$(id)', '`id`', ';', '*', "'", '"', '\\', '>', '\n', ''])
		t.throws(() => errands.run(['/bin/echo', word], longMs), {message: /no plain word/}, word);
});

test('one that takes too long is ended with the rest, and the next begins anew', async t => {
	const errands = new Errands();
	t.teardown(() => errands.close());
	const late = errands.run(['/bin/sleep', '60'], 200);
	const behind = errands.run(['/bin/true'], longMs);
	await t.throwsAsync(late, {code: 'EXEC_FAILED'});
	await t.throwsAsync(behind, {code: 'EXEC_FAILED'});
	t.deepEqual(await errands.run(['/bin/true'], longMs), {code: 0, said: ''});
});

test('nothing of ours is inherited', async t => {
	const errands = new Errands();
	t.teardown(() => errands.close());
	const {said} = await errands.run(['/bin/sh', '-c', 'exit'], longMs);
	t.is(said, '');
	const missing = await errands.run(['/usr/bin/printenv', 'HOME'], longMs);
	t.is(missing.code, 1);
	t.true(readFileSync('/proc/self/environ', 'latin1').includes('HOME='));
});
