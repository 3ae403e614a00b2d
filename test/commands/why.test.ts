import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {WhyAnswer} from '../../src/commands/sccache-gentoo/why/answer.js';
import {whyLines} from '../../src/commands/sccache-gentoo/why/text.js';
import {startDistributing, unableToDistribute, untilDistributing} from '../e2e/distributing.js';
import {Farm, settle} from '../e2e/farm.js';
import {gentoo} from './gentoo.js';

/** `sccache-gentoo why`, after real compiles. */

interface Place {
	readonly farm: Farm;
	compile(args: readonly string[], env?: Readonly<Record<string, string>>): void;
	/** What it says of the last compile. */
	last(): string;
	put(name: string, text: string): void;
}

async function place(t: ExecutionContext): Promise<Place> {
	const farm = await Farm.start();
	t.teardown(() => farm.close());
	const put = (name: string, text: string) => {
		farm.write(name, text);
		settle();
	};
	put('inc/h.h', '#define H 1\n');
	put('a.c', '#include "h.h"\nint a = H;\n');
	return {
		farm,
		put,
		compile: (args, env = {}) => {
			farm.run('gcc', ['-Iinc', '-c', 'a.c', ...args], {env});
		},
		last: () => gentoo(farm, ['why', '--last']).stdout,
	};
}

test('a first compile, and a hit', async t => {
	const {compile, last, farm} = await place(t);
	compile([]);
	t.regex(last(), /No earlier compile of this source is remembered/);
	compile([]);
	t.regex(last(), /It came from the cache/);
	t.regex(last(), new RegExp(`^${join(farm.work, 'a.c')}\\n`));
});

test('another argument, another variable, and the source', async t => {
	const {compile, last, put} = await place(t);
	compile(['-O1']);
	compile(['-O2', '-DX=1']);
	t.regex(last(), / {2}the arguments:\n {4}now {3}-O2\n {4}now {3}-DX=1\n {4}then {2}-O1\n/);
	compile(['-O1'], {LANG: 'de_DE', TOKEN: 'not-to-be-kept'});
	t.regex(last(), / {2}the environment:\n {4}now {3}LANG=de_DE\n {4}then {2}LANG=C\.UTF-8\n/);
	t.notRegex(last(), /not-to-be-kept/);
	put('a.c', '#include "h.h"\nint a = H + 1;\n');
	compile(['-O1']);
	t.regex(last(), /differs:\n {2}the source has changed\n/);
});

test('a header that changed, that went, and one that comes before it', async t => {
	const {compile, last, put, farm} = await place(t);
	compile([]);
	put('inc/h.h', '#define H 2\n');
	compile([]);
	t.regex(last(), /made with other files:\n {2}inc\/h\.h has changed\n/);
	put('h.h', '#define H 3\n');
	compile([]);
	t.regex(last(), / {2}h\.h is new, and comes before what was included then\n/);
	rmSync(join(farm.work, 'inc/h.h'));
	rmSync(join(farm.work, 'h.h'));
	put('other/h.h', '#define H 4\n');
	compile(['-Iother']);
	compile([]);
	t.regex(last(), /The compiler ended with an error/);
});

test('the folder, where the result has it: in the next version of a package', async t => {
	const {farm, last} = await place(t);
	for (const version of ['1.0', '1.1-r2']) {
		const PORTAGE_BUILDDIR = join(farm.root, 'portage/app-misc', `demo-${version}`);
		const cwd = join(PORTAGE_BUILDDIR, 'work', `demo-${version.replace(/-r.*/, '')}`);
		mkdirSync(cwd, {recursive: true});
		writeFileSync(join(cwd, 'b.c'), 'int b;\n');
		settle();
		farm.run('gcc', ['-g', '-c', 'b.c'], {cwd, env: {PORTAGE_BUILDDIR}});
	}
	t.regex(last(), /built in another folder, which the\s+result names\./);
});

test('what is not cached, and what is no compile, has a reason in words', async t => {
	const {compile, last, farm} = await place(t);
	compile(['-fplugin=none.so']);
	t.regex(last(), /It was not cached\. With -fplugin/);
	farm.run('gcc', ['-Iinc', 'a.c', '-o', 'a']);
	t.regex(last(), /It is not a compile\. It links/);
	compile([], {SCCACHE_NO_CACHE: '1'});
	t.regex(last(), /SCCACHE_NO_CACHE is set/);
	compile([], {SCCACHE_RECACHE: '1'});
	t.regex(last(), /compiled anew/);
});

test('a source is found by its path, or by the end of it, in the package that is meant', async t => {
	const {farm} = await place(t);
	farm.write('deep/x.c', 'int x;\n');
	settle();
	farm.run('gcc', ['-c', 'deep/x.c'], {env: {PORTAGE_BUILDDIR: '/var/tmp/portage/a/b-1'}});
	farm.run('gcc', ['-c', 'a.c', '-Iinc']);
	const why = (...args: readonly string[]) => gentoo(farm, ['why', ...args, '--json'], '/');
	const path = join(farm.work, 'deep/x.c');
	for (const name of [path, 'x.c', 'deep/x.c']) {
		t.like(JSON.parse(why(name).stdout), {path, package: 'a/b-1', outcome: 'miss'});
	}
	t.is(JSON.parse(why('x.c', '--package', 'a/b').stdout).path, path);
	t.is(JSON.parse(why('--last', '--package', 'a/b').stdout).path, path);
	for (const wrong of [['x.c', '--package=a/other'], ['y.c'], [], ['x.c', '--last']]) {
		t.is(gentoo(farm, ['why', ...wrong], '/').code, 2, wrong.join(' '));
	}
});

const unable = unableToDistribute();
(unable === undefined ? test : test.skip)(
	`a server that compiled it, and one that could not, are told${unable === undefined ? '' : ` (${unable})`}`,
	async t => {
		const {farm, servers, close} = await startDistributing({
			// Broken while a file of this name lies beside it.
			bwrap: `#!/bin/sh
if [ -e "$(dirname "$0")/broken" ]; then echo broken >&2; exit 1; fi
exec /usr/bin/bwrap "$@"
`,
		});
		t.teardown(close);
		await untilDistributing(farm, 'gcc');
		farm.write('away.c', 'int away;\n');
		settle();
		farm.run('gcc', ['-c', 'away.c']);
		t.regex(
			gentoo(farm, ['why', 'away.c']).stdout,
			/It was compiled by the server 127\.0\.0\.1:\d+\.\n$/,
		);
		writeFileSync(join(servers.folder, 'broken'), '');
		farm.run('gcc', ['-O1', '-c', 'away.c']);
		const said = gentoo(farm, ['why', 'away.c']).stdout;
		t.regex(said, / {2}the arguments:\n {4}now {3}-O1\n/);
		t.regex(
			said,
			/It was compiled here\. The server could not do it\.\nTried, and what came back:\n {2}127/,
		);
		const {attempts} = JSON.parse(gentoo(farm, ['why', 'away.c', '--json']).stdout) as WhyAnswer;
		t.is(attempts[0]?.code, 'SERVER_FAILED');
	},
);

const answer: WhyAnswer = {
	path: '/work/a.c',
	at: '2026-01-31T12:00:00.000Z',
	package: 'dev-libs/foo-1',
	compiler: '/usr/bin/gcc',
	outcome: 'miss',
	reason: '',
	elapsedMs: 100,
	compileMs: 90,
	savedMs: 0,
	recached: false,
	lookup: 'unknown',
	files: [],
	preprocessed: false,
	nearest: {at: '2026-01-30T12:00:00.000Z', package: 'dev-libs/foo-1', differences: []},
	server: '',
	notDistributed: '',
	attempts: [],
	shared: [],
};

test('a result that is not there any more is told to have made room', t => {
	t.regex(whyLines(answer).join('\n'), /has had to make room/);
	t.regex(whyLines({...answer, lookup: 'unusable'}).join('\n'), /was damaged/);
	t.regex(whyLines({...answer, lookup: null}).join('\n'), /more is not remembered/);
});

test('what was tried on servers is told with what came back', t => {
	const [server, other] = ['192.0.2.1:10501', '192.0.2.2:10501'];
	const failed = {server, code: 'SERVER_FAILED', message: 'no room', elapsedMs: 1200};
	const stayed = whyLines({...answer, notDistributed: 'SERVER_FAILED', attempts: [failed]});
	t.true(stayed.includes('It was compiled here. The server could not do it.'));
	t.is(stayed.at(-1), `  ${server}, after 1.2 s: SERVER_FAILED: no room`);
	const done = {server: other, code: '', message: '', elapsedMs: 50};
	const went = whyLines({...answer, server: other, attempts: [failed, done]});
	t.true(went.includes(`It was compiled by the server ${other}.`));
	t.is(went.at(-1), stayed.at(-1));
	const scheduler = {...failed, server: '', code: 'PEER_UNREACHABLE', message: ''};
	const none = whyLines({...answer, notDistributed: 'PEER_UNREACHABLE', attempts: [scheduler]});
	t.is(none.at(-1), '  scheduler, after 1.2 s: PEER_UNREACHABLE');
});

test('what shared caches answered is told, and which of them had it', t => {
	const shared = [
		{tier: 'redis', answer: 'left alone', elapsedMs: 0.01},
		{tier: 's3', answer: 'files differ', elapsedMs: 12},
	];
	t.deepEqual(whyLines({...answer, shared}).slice(-3), [
		'Shared caches:',
		'  redis was not asked, since it failed before',
		'  s3 has it, made with other files, after 12 ms',
	]);
	const hit = {tier: 's3', answer: 'found', elapsedMs: 8};
	const told = whyLines({...answer, outcome: 'directHit', savedMs: 2000, shared: [hit]});
	t.regex(
		told.join('\n'),
		/^It came from the shared cache s3: .*\n\nShared caches:\n {2}s3 has it, after 8 ms$/m,
	);
});

test('a compiler that is another is told by its files', t => {
	const differences = [
		{field: 'compiler', here: ['/usr/lib/cc1', '/usr/bin/as'], there: ['/usr/lib/cc1']},
		{field: 'args', here: [], there: []},
	];
	const lines = whyLines({...answer, nearest: {at: null, package: '', differences}});
	t.deepEqual(lines.slice(-4), [
		'  the compiler is another, in these files',
		'    /usr/lib/cc1',
		'    /usr/bin/as',
		'  the arguments: the same, in another order',
	]);
});
