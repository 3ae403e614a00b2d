import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {isVersionOf, packageOfAtom} from '../../src/portage/atom.js';
import {Farm, program, realPath, settle} from '../e2e/farm.js';

/** `sccache-gentoo retry-without` as built. */

function tree(t: ExecutionContext): string {
	const root = mkdtempSync(join(tmpdir(), 'retry-test-'));
	t.teardown(() => rmSync(root, {recursive: true, force: true}));
	mkdirSync(join(root, 'etc/portage'), {recursive: true});
	writeFileSync(join(root, 'etc/portage/make.conf'), `ORIGINAL_PATH="\${PATH}"\n`);
	return root;
}

function retry(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
	const {status, stdout, stderr} = spawnSync(
		join(dirname(program), 'sccache-gentoo'),
		['retry-without', ...args],
		{
			encoding: 'utf8',
			env: {...env, PATH: `${dirname(process.execPath)}:${realPath}`},
		},
	);
	return {code: status, stdout, stderr};
}

test('an atom names its package, and versions are told from longer names', t => {
	t.is(packageOfAtom('app-arch/xz-utils'), 'app-arch/xz-utils');
	t.is(packageOfAtom('>=dev-qt/qtbase-6.7.2-r1:6::gentoo'), 'dev-qt/qtbase');
	t.is(packageOfAtom('=dev-qt/qtbase-6*'), 'dev-qt/qtbase');
	t.is(packageOfAtom('dev-lang/python:3.12'), 'dev-lang/python');
	t.true(isVersionOf('dev-libs/foo-1.2_rc3-r4', 'dev-libs/foo'));
	t.true(isVersionOf('dev-libs/foo-9999', 'dev-libs/foo'));
	t.false(isVersionOf('dev-libs/foo-bar-1', 'dev-libs/foo'));
	t.false(isVersionOf('dev-libs/foo', 'dev-libs/foo'));
});

test('builds of a package are told from the statistics of the daemon that runs', async t => {
	const farm = await Farm.start();
	t.teardown(() => farm.close());
	const root = tree(t);
	const env = {SCCACHE_SERVER_UDS: farm.socket, HOME: '/nonexistent'};
	const build = (version: string, name: string) => {
		const PORTAGE_BUILDDIR = `/var/tmp/portage/app-misc/demo-${version}`;
		farm.run('gcc', ['-c', `${name}.c`, '-o', `${name}.o`], {env: {PORTAGE_BUILDDIR}});
	};
	for (const name of ['a', 'b']) farm.write(`${name}.c`, `int ${name};\n`);
	settle();
	build('1.0', 'a');
	build('1.0', 'b');
	build('1.1-r1', 'a');
	build('extra-2', 'a');
	// The daemon writes its rows down when it is asked for the sums.
	farm.counts();
	const {code, stdout} = retry(env, 'app-misc/demo', '--root', root);
	t.is(code, 0);
	t.regex(
		stdout,
		/app-misc\/demo-1\.1-r1, last \d{4}-\d\d-\d\d \d\d:\d\d\n {2}1 compile, 1 hit, 0 done by servers/,
	);
	t.regex(stdout, /app-misc\/demo-1\.0, last .*\n {2}2 compiles, 0 hits/);
	t.notRegex(stdout, /extra/);
	t.regex(stdout, /parts of it came from the cache/);
	t.regex(
		stdout,
		/\n {2}sccache-gentoo exclude app-misc\/demo\n {2}emerge --oneshot app-misc\/demo\n/,
	);
	const json = JSON.parse(retry(env, 'app-misc/demo', '--root', root, '--json').stdout);
	t.true(json.involved);
	t.is(json.builds.length, 2);
	t.deepEqual(json.changes, []);
});

test('without statistics sccache had no part in it', t => {
	const root = tree(t);
	const env = {
		SCCACHE_SERVER_UDS: join(root, 'none.sock'),
		SCCACHE_DIR: join(root, 'cache'),
		HOME: root,
	};
	const {code, stdout} = retry(env, 'app-misc/demo', '--root', root);
	t.is(code, 0);
	t.regex(stdout, /knows of no build of app-misc\/demo/);
	t.is(retry(env, 'app-misc', '--root', root).code, 2);
});

test('--apply excludes it, wholly or in part, and once', t => {
	const root = tree(t);
	const env = {SCCACHE_SERVER_UDS: join(root, 'none.sock'), SCCACHE_DIR: root, HOME: root};
	const packageEnv = () => readFileSync(join(root, 'etc/portage/package.env'), 'utf8');
	const apply = (...args: readonly string[]) =>
		retry(env, 'app-misc/demo', '--root', root, '--apply', ...args);
	t.is(apply('--no-dist').code, 0);
	t.is(packageEnv(), 'app-misc/demo no-dist\n');
	t.regex(apply('--no-dist').stdout, /excluded already/);
	t.is(apply().code, 0);
	t.is(packageEnv(), 'app-misc/demo default-path\n');
});
