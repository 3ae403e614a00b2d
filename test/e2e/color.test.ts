import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {Farm, settle} from './farm.js';

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
});
test.after.always(() => farm?.close());

/** util-linux's script(1) gives a program a terminal. */
const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
const source =
	'int main(void) { int unused = 3; return 1 == 1.0f ? (char)300 : 0; }\n#warning seen\n';

const compilers = ['gcc', ...(existsSync('/usr/bin/clang') ? ['clang'] : [])];

function onTerminal(cwd: string, line: string, env: NodeJS.ProcessEnv): string {
	const {stdout} = spawnSync('script', ['-qec', line, '/dev/null'], {
		cwd,
		env: {...env, TERM: 'xterm-256color', SHELL: '/bin/sh'},
		encoding: 'latin1',
	});
	return stdout;
}

for (const compiler of compilers) {
	const check = hasTerminal ? test.serial : test.skip;
	check(`${compiler}: a terminal gets colours, a pipe none, from one entry`, async t => {
		const folder = `color-${compiler}`;
		const cwd = join(farm.work, folder);
		farm.write(`${folder}/a.c`, source);
		settle();
		const line = `${compiler} -Wall -c a.c`;
		const args = ['-Wall', '-c', 'a.c'];
		const plainEnv = {...farm.environment(), PATH: '/usr/local/bin:/usr/bin:/bin'};
		const colored = onTerminal(cwd, line, plainEnv);
		const bare = farm.plain(compiler, args, {cwd});
		t.true(colored.includes('\x1b['));
		t.false(bare.stderr.includes('\x1b['));

		const counted = await farm.during(() => {
			t.is(onTerminal(cwd, line, farm.environment()), colored, 'cold, with a terminal');
			t.is(onTerminal(cwd, line, farm.environment()), colored, 'warm, with a terminal');
			t.deepEqual(farm.run(compiler, args, {cwd}), bare, 'warm, without');
		});
		t.is(counted.misses, 1);
		t.is(counted.directHits, 2);
	});

	check(
		`${compiler}: an entry made without a terminal does not serve diagnostics to one`,
		async t => {
			const folder = `plain-${compiler}`;
			const cwd = join(farm.work, folder);
			farm.write(`${folder}/a.c`, `${source}/* plain first */\n`);
			settle();
			const plainEnv = {...farm.environment(), PATH: '/usr/local/bin:/usr/bin:/bin'};
			farm.run(compiler, ['-Wall', '-c', 'a.c'], {cwd});
			const colored = onTerminal(cwd, `${compiler} -Wall -c a.c`, plainEnv);
			t.is(onTerminal(cwd, `${compiler} -Wall -c a.c`, farm.environment()), colored);
			t.is(onTerminal(cwd, `${compiler} -Wall -c a.c`, farm.environment()), colored);
		},
	);

	test.serial(`${compiler}: options decide about colours as without us`, t => {
		const folder = `options-${compiler}`;
		const cwd = join(farm.work, folder);
		farm.write(`${folder}/a.c`, source);
		settle();
		for (const option of [
			'-fdiagnostics-color=always',
			'-fdiagnostics-color=never',
			'-fno-diagnostics-color',
			'-fdiagnostics-color',
		]) {
			const args = ['-Wall', option, '-c', 'a.c'];
			const plain = farm.plain(compiler, args, {cwd});
			t.deepEqual(farm.run(compiler, args, {cwd}), plain, option);
			t.deepEqual(farm.run(compiler, args, {cwd}), plain, option);
		}
	});
}

test.serial('GCC_COLORS, empty or other, is honoured', t => {
	const cwd = join(farm.work, 'variable');
	farm.write('variable/a.c', source);
	settle();
	for (const colors of ['', 'error=35:warning=36', 'warning=01;33']) {
		const env = {GCC_COLORS: colors};
		const args = ['-Wall', '-fdiagnostics-color=always', '-c', 'a.c'];
		const plain = farm.plain('gcc', args, {cwd, env});
		t.deepEqual(farm.run('gcc', args, {cwd, env}), plain, colors);
		t.deepEqual(farm.run('gcc', args, {cwd, env}), plain, colors);
	}
});
