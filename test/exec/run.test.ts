import {mkdtempSync, readFileSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {cpuMsOf} from '../../src/exec/cpu-time.js';
import {type RunOptions, run} from '../../src/exec/run.js';
import {until} from '../helpers/until.js';

const sh = (script: string, options: Partial<RunOptions> = {}) =>
	run(['/bin/sh', '-c', script], {env: {PATH: '/usr/bin:/bin'}, ...options});

/** Whether a process is gone, or waits only to be reaped, within ten seconds. */
async function dies(pid: number): Promise<boolean> {
	for (let tries = 0; tries < 1000; tries++) {
		try {
			if (/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) return true;
		} catch {
			return true;
		}
		await sleep(10);
	}
	return false;
}

test('output, exit code and times come back', async t => {
	const {exit, stdout, stderr, ended} = await sh('echo out; echo err >&2; exit 3');
	t.deepEqual(exit, {code: 3});
	t.deepEqual([stdout.toString(), stderr.toString(), ended], ['out\n', 'err\n', undefined]);
});

test('a signal is told from an exit code', async t => {
	t.deepEqual((await sh('kill -TERM $$')).exit, {signal: 'SIGTERM'});
	t.deepEqual((await sh('exit 143')).exit, {code: 143});
});

test('the environment is what was given', async t => {
	const {stdout} = await run(['/usr/bin/env'], {env: {ONE: '1'}});
	t.is(stdout.toString(), 'ONE=1\n');
});

test('arguments are passed as they are: no shell', async t => {
	const {stdout} = await run(['/bin/echo', '$HOME', ';', '*'], {env: {}});
	t.is(stdout.toString(), '$HOME ; *\n');
});

test('stdin is fed, also to a program that does not read it', async t => {
	const bytes = Buffer.alloc(300_000, 'x');
	t.deepEqual((await run(['/bin/cat'], {env: {}, stdin: bytes})).stdout, bytes);
	t.deepEqual((await run(['/bin/true'], {env: {}, stdin: bytes})).exit, {code: 0});
	t.is((await run(['/bin/cat'], {env: {}})).stdout.length, 0);
});

test('the cwd is the one given', async t => {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'run-')));
	t.is((await sh('pwd', {cwd: folder})).stdout.toString(), `${folder}\n`);
	rmSync(folder, {recursive: true});
});

test('too much output ends it, and what is kept is under the cap', async t => {
	const out = await sh('while :; do echo 0123456789; done', {capBytes: 1000});
	t.is(out.ended, 'stdout');
	t.true(out.stdout.length <= 1000);
	const err = await sh('while :; do echo 0123456789 >&2; done', {capBytes: 1000});
	t.is(err.ended, 'stderr');
});

test('output of exactly the cap is not too much', async t => {
	const {ended, stdout} = await sh('printf 0123456789', {capBytes: 10});
	t.deepEqual([ended, stdout.toString()], [undefined, '0123456789']);
});

test('the deadline ends it, with what it started', async t => {
	const {ended, exit, stdout} = await sh('sleep 600 & echo $!; wait', {timeoutMs: 300});
	t.is(ended, 'timeout');
	t.deepEqual(exit, {signal: 'SIGKILL'});
	t.true(await dies(Number(stdout.toString())));
});

test('an abort ends it, before it starts too', async t => {
	const abort = new AbortController();
	const running = sh('echo; exec sleep 600', {signal: abort.signal});
	setTimeout(() => abort.abort(), 100);
	t.is((await running).ended, 'aborted');
	const never = await sh('echo ran', {signal: abort.signal});
	t.deepEqual([never.ended, never.stdout.toString()], ['aborted', '']);
});

test('what it leaves running in its group goes with it', async t => {
	const {exit, stdout} = await sh('sleep 600 & echo $!');
	t.deepEqual(exit, {code: 0});
	t.true(await dies(Number(stdout.toString())));
});

test('what left its group does not keep us, though it holds the pipes', async t => {
	const {exit, stdout} = await sh('setsid sleep 600 & echo $!; sleep 0.2');
	t.deepEqual(exit, {code: 0});
	process.kill(Number(stdout.toString()));
});

test('CPU time is that of it and its children', async t => {
	const spin = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';
	// Its times can't be read any more when this process has its turn too late.
	await t.notThrowsAsync(until(async () => (await sh(`(${spin}); (${spin})`)).cpuMs > 50));
	await t.notThrowsAsync(until(async () => (await sh('sleep 0.2')).cpuMs < 50));
});

test('CPU time is read past whatever the program is called', t => {
	const name = 'a) R 1 (b';
	t.is(cpuMsOf(`7 (${name}) S 1 7 7 0 -1 4 1 1 0 0 1 2 3 4 20 0 1 0 99`), 100);
});

test('what can not be started is an error that names it', async t => {
	await t.throwsAsync(run(['/nonexistent/program'], {env: {}}), {
		code: 'EXEC_FAILED',
		message: /\/nonexistent\/program/,
	});
	await t.throwsAsync(run(['/bin/true', 'a\0b'], {env: {}}), {code: 'EXEC_FAILED'});
	await t.throwsAsync(run(['/bin/true'], {env: {}, cwd: '/nonexistent'}), {code: 'EXEC_FAILED'});
});

const isRoot = process.getuid?.() === 0;
(isRoot ? test : test.skip)(
	`it runs as the user that is named, with no other groups${isRoot ? '' : ' (not root)'}`,
	async t => {
		const {stdout} = await sh('id -u; id -g; id -G', {user: {uid: 65534, gid: 65533}});
		t.is(stdout.toString(), '65534\n65533\n65533\n');
	},
);
