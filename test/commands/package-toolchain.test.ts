import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {runFront} from '../../src/commands/sccache/run.js';

/** `sccache --package-toolchain`, with no daemon anywhere. */
async function packageToolchain(home: string, ...args: readonly string[]) {
	return packageOn({}, home, ...args);
}

async function packageOn(terminal: {isTTY?: boolean}, home: string, ...args: readonly string[]) {
	const said = {stdout: '', stderr: ''};
	const to = (name: keyof typeof said) =>
		({
			...terminal,
			write: (text: string) => (said[name] += text),
		}) as unknown as NodeJS.WritableStream;
	const code = await runFront({
		args: ['--package-toolchain', ...args],
		env: {HOME: home, PATH: '/usr/local/bin:/usr/bin:/bin', SCCACHE_DIR: join(home, 'cache')},
		script: '',
		stdout: to('stdout'),
		stderr: to('stderr'),
	});
	return {code, ...said};
}

function homeOf(t: {teardown(run: () => void): void}): string {
	const home = mkdtempSync(join(tmpdir(), 'sccache-package-'));
	t.teardown(() => rmSync(home, {recursive: true, force: true}));
	return home;
}

test('--package-toolchain writes a compiler into an archive, by name or by path, and says nothing', async t => {
	const home = homeOf(t);
	const [first, second] = [join(home, 'one.tar.gz'), join(home, 'two.tar.gz')];
	writeFileSync(second, 'what was there before');
	const quiet = {code: 0, stdout: '', stderr: ''};
	t.deepEqual(await packageToolchain(home, 'gcc', first), quiet);
	t.deepEqual(await packageToolchain(home, '/usr/bin/g++', second), quiet);
	t.true(readFileSync(first).equals(readFileSync(second)));
	const names = execFileSync('tar', ['tzf', first], {encoding: 'utf8'}).split('\n');
	for (const name of ['tmp/', 'usr/bin/gcc', 'usr/bin/g++', 'usr/bin/as'])
		t.true(names.includes(name), name);
	for (const program of ['cc1', 'cc1plus'])
		t.true(
			names.some(name => name.endsWith(`/${program}`)),
			program,
		);
});

test('--package-toolchain shows on a terminal how far it is, and takes that back', async t => {
	const home = homeOf(t);
	const {code, stdout, stderr} = await packageOn({isTTY: true}, home, 'gcc', join(home, 'out'));
	t.is(code, 0);
	t.is(stdout, '');
	const shown = stderr.split('\r\x1b[K').slice(1);
	t.is(shown[0], 'packing /usr/bin/gcc');
	t.is(shown.at(-1), '');
	const percents = shown.slice(1, -1).map(text => {
		t.regex(text, /^packing \/usr\/bin\/gcc: \d+ % of \d+ MiB$/);
		return Number(/(\d+) %/.exec(text)?.[1]);
	});
	t.true(percents.length > 0);
	t.deepEqual(
		percents,
		percents.toSorted((one, other) => one - other),
	);
});

test('--package-toolchain ends with 2 and a sentence when it can not', async t => {
	const home = homeOf(t);
	const script = join(home, 'script');
	writeFileSync(script, '#!/bin/sh\nexec gcc "$@"\n', {mode: 0o755});
	const output = join(home, 'out');
	const cases = [
		['no-such-compiler', output, /there is no compiler no-such-compiler/],
		[script, output, /is a script/],
		['ls', output, /neither gcc nor clang/],
		['gcc', join(home, 'no/such/folder'), /can't be written/],
	] as const;
	for (const [executable, to, message] of cases) {
		const {code, stdout, stderr} = await packageToolchain(home, executable, to);
		t.is(code, 2, executable);
		t.is(stdout, '');
		t.regex(stderr, /^sccache: error: /);
		t.regex(stderr, message);
	}
	t.false(existsSync(output));
	t.deepEqual(readdirSync(home), ['script']);
});
