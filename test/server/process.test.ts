import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import test from 'ava';
import {startServer, unable} from './running-server.js';

/** What `sccache-dist server` says, and with which exit code, when it can't begin. */

const why = unable();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);
const bin = resolve(import.meta.dirname, '../../bin');

function run(args: readonly string[], program = join(bin, 'sccache-dist')) {
	// One that goes on is killed: its status is null.
	return spawnSync(program, args, {
		env: {PATH: process.env.PATH},
		encoding: 'utf8',
		timeout: 60_000,
	});
}

test('a configuration that is missing or wrong: on stdout, with 1; a wrong command line: with 2', t => {
	const folder = mkdtempSync(join(tmpdir(), 'server-process-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	const missing = run(['server', '--config', join(folder, 'none')]);
	t.is(missing.status, 1);
	t.regex(missing.stdout, /^sccache-dist: Could not load config/);
	writeFileSync(join(folder, 'wrong.conf'), 'cache_dri = "/x"\n', {mode: 0o600});
	const wrong = run(['server', '--config', join(folder, 'wrong.conf')]);
	t.is(wrong.status, 1);
	t.regex(wrong.stdout, /^sccache-dist: .*cache_dri/);
	t.is(run(['server']).status, 2);
	t.is(run(['server', '--config', 'x', '--syslog', 'loud']).status, 2);
});

check(titled('a port, or a build_dir, that another one has: on stderr, with 2'), async t => {
	const server = await startServer(t);
	const config = join(server.folder, 'server.conf');
	const sameBuilds = run(['server', '--config', config]);
	t.is(sameBuilds.status, 2);
	t.regex(sameBuilds.stderr, /sccache-dist: error: another server/);
	const other = join(server.folder, 'other.conf');
	writeFileSync(other, readFileSync(config, 'utf8').replace('/build"', '/build-2"'), {mode: 0o600});
	const samePort = run(['server', '--config', other]);
	t.is(samePort.status, 2);
	t.regex(samePort.stderr, /sccache-dist: error: another program listens on/);
	t.is(await server.end('SIGTERM'), 0);
});

check(
	titled('without a mount namespace of its own it does not begin, and says how it would'),
	async t => {
		const server = await startServer(t);
		await server.end('SIGTERM');
		const script = resolve(import.meta.dirname, '../../src/bin/sccache-dist.js');
		const {status, stderr} = run(
			[script, 'server', '--config', join(server.folder, 'server.conf')],
			process.execPath,
		);
		t.is(status, 2);
		t.regex(stderr, /mount namespace/);
		t.regex(stderr, /hint: start the server by the program sccache-dist/);
	},
);
