import {chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {inPlace} from './place.js';

test('the real compiler is the next one on PATH that is not us, by its path', t =>
	inPlace(async place => {
		const real = place.fakeCompiler();
		const ended = await place.run('gcc', ['-c', 'a b.c', '']);
		t.is(ended.stdout.toString(), `real ${real} -c a b.c \n`);
		t.is(ended.code, 9);
	}));

test('hard links, symbolic links and several shim folders are all skipped', t =>
	inPlace(async place => {
		const more = join(place.folder, 'more');
		const links = join(place.folder, 'links');
		const relative = join(place.folder, 'relative');
		for (const folder of [more, links, relative]) {
			mkdirSync(folder);
		}
		linkSync(place.shim, join(more, 'gcc'));
		symlinkSync(join(more, 'gcc'), join(links, 'gcc'));
		symlinkSync('../shims/sccache', join(relative, 'gcc'));
		const real = place.fakeCompiler();
		const path = [links, place.shims, relative, more, place.real, more].join(':');
		for (const command of [
			join(links, 'gcc'),
			join(more, 'gcc'),
			join(relative, 'gcc'),
			join(place.shims, 'gcc'),
		]) {
			const ended = await place.run(command, ['x'], {env: {PATH: path}});
			t.is(ended.stdout.toString(), `real ${real} x\n`);
		}
	}));

test('a bare argv[0] and one with a slash both lead to the real compiler', t =>
	inPlace(async place => {
		const real = place.fakeCompiler();
		for (const argv0 of ['gcc', './x/gcc', '/nowhere/gcc']) {
			const ended = await place.run('gcc', ['x'], {argv0});
			t.is(ended.stdout.toString(), `real ${real} x\n`);
		}
	}));

test('gcc under a bare name finds its cc1 and not ours', t =>
	inPlace(async place => {
		writeFileSync(join(place.work, 'a.c'), '#include <stddef.h>\nsize_t x;\n');
		const plain = await place.run('/usr/bin/gcc', ['-M', 'a.c'], {argv0: '/usr/bin/gcc'});
		const ours = await place.run('gcc', ['-M', 'a.c'], {argv0: 'gcc'});
		t.is(ours.stderr.toString(), '');
		t.is(ours.stdout.toString(), plain.stdout.toString());
	}));

test('an empty element of PATH is the current folder', t =>
	inPlace(async place => {
		place.script('gcc', 'echo here', place.work);
		for (const path of [`${place.shims}::/usr/bin`, `:${place.shims}`, `${place.shims}:`]) {
			const ended = await place.run('gcc', [], {env: {PATH: path}});
			t.is(ended.stdout.toString(), 'here\n');
		}
	}));

test('no real program: the error of a shell, 127', t =>
	inPlace(async place => {
		for (const path of [place.shims, '', `${place.shims}:/nonexistent`]) {
			const ended = await place.run('gcc', ['x'], {env: {PATH: path}});
			t.is(ended.stderr.toString(), 'sccache: gcc: command not found\n');
			t.is(ended.code, 127);
		}
	}));

test('only what can not be executed: 126; a folder of that name counts for nothing', t =>
	inPlace(async place => {
		mkdirSync(join(place.real, 'gcc'));
		const path = `${place.shims}:${place.real}`;
		t.is((await place.run('gcc', [], {env: {PATH: path}})).code, 127);
		writeFileSync(join(place.work, 'gcc'), 'text', {mode: 0o644});
		const ended = await place.run('gcc', [], {env: {PATH: `${path}:${place.work}`}});
		t.is(ended.stderr.toString(), 'sccache: gcc: Permission denied\n');
		t.is(ended.code, 126);
		chmodSync(join(place.work, 'gcc'), 0o755);
		t.is(
			(await place.run('gcc', [], {env: {PATH: `${path}:${place.work}`}})).code,
			127,
			'the shell runs it, and finds no `text`',
		);
	}));

test('a script without #! is run by the shell', t =>
	inPlace(async place => {
		writeFileSync(join(place.real, 'gcc'), 'echo "plain $*"; exit 3\n', {mode: 0o755});
		const ended = await place.run('gcc', ['a', 'b']);
		t.is(ended.stdout.toString(), 'plain a b\n');
		t.is(ended.code, 3);
	}));

test('`sccache gcc` and `sccache /path/gcc` compile with that program', t =>
	inPlace(async place => {
		const real = place.fakeCompiler();
		const other = place.script('my-cc', 'echo "mine $*"', place.work);
		t.is((await place.run('sccache', ['gcc', '-c', 'x'])).stdout.toString(), `real ${real} -c x\n`);
		t.is((await place.run('sccache', [real, '-c', 'x'])).stdout.toString(), `real ${real} -c x\n`);
		t.is((await place.run('sccache', [other, 'y'])).stdout.toString(), 'mine y\n');
		t.is((await place.run('sccache', ['./my-cc', 'y'])).stdout.toString(), 'mine y\n');
		t.is(
			(await place.run('sccache', [join(place.shims, 'gcc'), 'z'])).stdout.toString(),
			`real ${real} z\n`,
			'one of our links: looked up',
		);
	}));

test('`sccache` with a program that is not there', t =>
	inPlace(async place => {
		const missing = await place.run('sccache', ['no-such-gcc', 'x']);
		t.is(missing.stderr.toString(), 'sccache: no-such-gcc: command not found\n');
		t.is(missing.code, 127);
		const path = await place.run('sccache', ['/nowhere/gcc']);
		t.is(path.stderr.toString(), 'sccache: /nowhere/gcc: No such file or directory\n');
		t.is(path.code, 127);
		t.is((await place.run('sccache', [place.work])).code, 126);
		// Another sccache may be on this machine.
		const env = {PATH: place.shims};
		t.is((await place.run('sccache', ['sccache'], {env})).code, 127);
		t.is((await place.run('sccache', [''])).code, 127);
	}));

test('a wrapper script that calls the compiler by PATH goes on to the next one', t =>
	inPlace(async place => {
		const wrappers = join(place.folder, 'wrappers');
		mkdirSync(wrappers);
		place.script('gcc', 'gcc -wrapped "$@"', wrappers);
		const real = place.fakeCompiler();
		const ended = await place.run('gcc', ['x'], {
			env: {PATH: `${place.shims}:${wrappers}:${place.real}:/usr/bin:/bin`},
		});
		t.is(ended.stdout.toString(), `real ${real} -wrapped x\n`);
		t.is(ended.code, 9);
	}));

test('a wrapper that can only meet itself is an error, not a circle', t =>
	inPlace(async place => {
		const script = place.script('gcc', 'gcc "$@"');
		const path = `${place.shims}:${place.real}`;
		const ended = await place.run('gcc', ['x'], {env: {PATH: path}});
		t.regex(ended.stderr.toString(), /^sccache: gcc: a wrapper script calls itself/);
		t.is(ended.code, 127);
		writeFileSync(script, `#!/bin/sh\nexec ${place.shim} ${script} x\n`);
		t.is((await place.run('sccache', [script])).code, 127);
	}));

test('a compiler that calls itself by PATH may', t =>
	inPlace(async place => {
		// env is a binary; what it runs by PATH as `gcc` is us again, and behind us only env itself
		symlinkSync('/usr/bin/env', join(place.real, 'gcc'));
		const ended = await place.run('gcc', ['gcc', 'echo', 'twice'], {
			env: {PATH: `${place.shims}:${place.real}:/usr/bin:/bin`},
		});
		if (ended.code === 0) {
			t.is(ended.stdout.toString(), 'twice\n');
		} else {
			// busybox's env answers to no other name
			t.not(ended.code, 127);
		}
	}));

test('the mark holds 16 programs; then it is an error', t =>
	inPlace(async place => {
		const real = place.fakeCompiler();
		const mark = (count: number): string =>
			Array.from({length: count}, (_, index) => `1.${index + 1}`).join(':');
		t.is(
			(await place.run('gcc', ['x'], {env: {SCCACHE_SHIM_VISITED: mark(15)}})).stdout.toString(),
			`real ${real} x\n`,
		);
		const full = await place.run('gcc', ['x'], {env: {SCCACHE_SHIM_VISITED: mark(16)}});
		t.is(full.code, 127);
		t.regex(full.stderr.toString(), /^sccache: gcc: /);
		t.is((await place.run('gcc', ['x'], {env: {SCCACHE_SHIM_VISITED: 'rubbish'}})).code, 9);
	}));
