import {spawnSync} from 'node:child_process';
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import test from 'ava';
import {openSandbox} from '../../src/sandbox/open.js';
import {Place, type Refusal, unable} from './place.js';

const why = unable('user');
const check = why === undefined ? test : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);
const place = why === undefined ? new Place() : undefined;
test.after.always(() => place?.remove());

const options = {
	buildDir: '/nonexistent/build',
	bwrapPath: 'bwrap',
	scratch: 'disk',
	layerBytes: 1024 ** 2,
	user: {uid: 65534, gid: 65534},
	cgroupMount: undefined,
} as const;

test('without a mount namespace there is no sandbox, and it is said what to do', async t => {
	for (const namespace of ['none', undefined] as const) {
		const error = await t.throwsAsync(openSandbox({...options, namespace}), {
			code: 'SANDBOX_UNAVAILABLE',
		});
		t.regex(
			String((error as {hint?: string}).hint),
			namespace ? /max_user_namespaces/ : /sccache-dist/,
		);
	}
});

const refusal = (opened: Promise<unknown>): Promise<Refusal | undefined> =>
	opened.then(
		() => undefined,
		error => error as Refusal,
	);

check(titled('what is missing is named'), async t => {
	const here = place as Place;
	const fake = join(here.folder, 'old-bwrap');
	writeFileSync(fake, '#!/bin/sh\necho bubblewrap 0.4.1\n');
	chmodSync(fake, 0o755);
	for (const [bwrapPath, message] of [
		['no-such-bwrap', /no-such-bwrap is not installed/],
		['/no/such/bwrap', /\/no\/such\/bwrap can't be run/],
		[fake, /not bubblewrap 0.5 or newer/],
	] as const) {
		const refused = await refusal(here.open('root', {bwrapPath}));
		t.is(refused?.code, 'SANDBOX_UNAVAILABLE');
		t.regex(refused?.message ?? '', message);
	}
});

check(titled("a build_dir that the jobs' user can't reach is refused at the start"), async t => {
	const closed = join((place as Place).folder, 'closed');
	mkdirSync(closed, {mode: 0o700});
	const refused = await refusal((place as Place).open('root', {buildDir: join(closed, 'build')}));
	t.is(refused?.code, 'SANDBOX_UNAVAILABLE');
	t.regex(refused?.hint ?? '', /chmod o\+x/);
});

check(titled('a server that was killed leaves what the next one takes over'), async t => {
	const here = place as Place;
	const buildDir = here.newBuildDir();
	for (let times = 0; times < 2; times++) {
		const session = await here.open('root', {buildDir});
		t.deepEqual((await session.run(['/bin/sh', '-c', 'exit 0'])).exit, {code: 0});
		const second = await refusal(here.open('root', {buildDir}));
		t.regex(second?.message ?? '', /another server/);
		const gone = new Promise(done => session.child.once('close', done));
		session.child.kill('SIGKILL');
		await gone;
	}
});

/** The launcher as installed, with a program in Node's place that says how it was started. */
const launcher = resolve(import.meta.dirname, '../../bin/sccache-dist');

function launch(
	prefix: readonly string[],
	args: readonly string[],
	path = '',
): {namespace: string; mounts: string; args: readonly string[]; pid: number} {
	const folder = mkdtempSync(join(tmpdir(), 'launcher-'));
	chmodSync(folder, 0o755);
	symlinkSync(launcher, join(folder, 'linked'));
	writeFileSync(
		join(folder, 'node'),
		'#!/bin/sh\necho "namespace $SCCACHE_DIST_NAMESPACE"; readlink /proc/self/ns/mnt; echo "$*"\n',
		{mode: 0o755},
	);
	const [program = '', ...rest] = [...prefix, join(folder, 'linked'), ...args];
	const {stdout, pid} = spawnSync(program, rest, {
		encoding: 'utf8',
		env: {PATH: `${folder}:${path}:/usr/bin:/bin`, SCCACHE_DIST_NAMESPACE: 'forged'},
	});
	rmSync(folder, {recursive: true});
	const [namespace = '', mounts = '', words = ''] = stdout.split('\n');
	return {
		namespace: namespace.replace('namespace ', ''),
		mounts,
		// Node's own options, and the script.
		args: words.split(' ').slice(words.startsWith('--') ? 2 : 1),
		pid,
	};
}

const here = () => readlinkSync('/proc/self/ns/mnt');
const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

check(titled('the launcher gives the server a mount namespace, and nobody else'), t => {
	const server = launch([], ['server', '--config', '/c']);
	t.is(server.namespace, 'root');
	t.not(server.mounts, here());
	t.deepEqual(server.args, ['server', '--config', '/c']);
	const scheduler = launch([], ['scheduler', '--config', '/c']);
	t.deepEqual(scheduler, {...scheduler, namespace: '', mounts: here()});
	t.deepEqual(scheduler.args, ['scheduler', '--config', '/c']);
});

check(titled('the launcher makes a user namespace for who is not root'), t => {
	const server = launch(asNobody, ['server', '--config', '/c']);
	t.is(server.namespace, 'user');
	t.not(server.mounts, here());
});

check(titled('where no namespace can be had, the server starts and is told so'), t => {
	const folder = mkdtempSync(join(tmpdir(), 'refusing-'));
	chmodSync(folder, 0o755);
	writeFileSync(join(folder, 'unshare'), '#!/bin/sh\nexit 1\n', {mode: 0o755});
	const server = launch([], ['server', '--config', '/c'], folder);
	rmSync(folder, {recursive: true});
	t.is(server.namespace, 'none');
	t.deepEqual(server.args, ['server', '--config', '/c']);
});
