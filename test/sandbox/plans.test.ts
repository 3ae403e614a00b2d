import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {bwrapArgv} from '../../src/sandbox/bwrap-argv.js';
import {openCgroups} from '../../src/sandbox/cgroup.js';
import {exceededLimit, exitOf} from '../../src/sandbox/exceeded.js';
import {overlayMount, roomIn} from '../../src/sandbox/overlay-plan.js';
import {parseBwrapVersion} from '../../src/sandbox/programs.js';
import {resourceLimits} from '../../src/sandbox/resource-limits.js';

/** What is decided before anything is done. */

const limits = {wallMs: 1, processes: 10, openFiles: 20, outputBytes: 30, memoryBytes: 40};

test('memory is limited by resource limits only where no cgroup does it', t => {
	const shared = {processes: 14, openFiles: 20, fileBytes: 30, core: 0, messageQueues: 0};
	t.deepEqual(resourceLimits(limits, 'cgroup'), shared);
	t.deepEqual(resourceLimits(limits, 'rlimit'), {...shared, dataBytes: 40, addressBytes: 80});
});

test('what the command is called with can be no option of bubblewrap', t => {
	const argv = bwrapArgv({
		bwrapPath: '/usr/bin/bwrap',
		disableUserns: false,
		root: '/root-0',
		cwd: '/work',
		env: [['--bind', '/']],
		statusFd: 3,
		executable: '--ro-bind',
		arguments: ['/', '/'],
	});
	t.deepEqual(argv.slice(-4), ['--', '--ro-bind', '/', '/']);
	t.is(argv.indexOf('--setenv') + 1, argv.indexOf('--bind'));
	t.false(argv.includes('--disable-userns'));
});

test('a path that would read as two is no layer', t => {
	for (const folder of ['/a,upperdir=/etc', '/a:/etc', '/a b', '/a\\', '/a"']) {
		t.throws(() => overlayMount(roomIn('/b', 1), [folder], 'root'), {
			code: 'SANDBOX_UNAVAILABLE',
		});
	}
});

test('in a user namespace overlayfs keeps its notes where it may', t => {
	const options = (namespace: 'root' | 'user') =>
		overlayMount(roomIn('/b', 1), ['/l', '/t'], namespace).options;
	t.regex(options('user'), /^lowerdir=\/l:\/t,upperdir=\/b\/upper-1,.*,userxattr$/);
	t.regex(options('root'), /metacopy=off/);
});

test('exit codes above 128 are signals, as far as there are signals', t => {
	t.deepEqual([0, 1, 128, 134, 139, 255].map(exitOf), [
		{code: 0},
		{code: 1},
		{code: 128},
		{signal: 'SIGABRT'},
		{signal: 'SIGSEGV'},
		{code: 255},
	]);
});

test('the limit that ended a job', t => {
	const evidence = {ended: undefined, exit: {code: 1}, stderr: '', cgroup: undefined};
	const nothing = {outOfMemory: 0, refusedProcesses: 0};
	t.is(exceededLimit({...evidence, ended: 'timeout'}), 'time');
	t.is(exceededLimit({...evidence, ended: 'stderr'}), 'outputBytes');
	t.is(exceededLimit({...evidence, exit: {signal: 'SIGXFSZ'}}), 'outputBytes');
	t.is(exceededLimit({...evidence, exit: {signal: 'SIGSEGV'}}), undefined);
	t.is(exceededLimit({...evidence, stderr: 'cc1: out of memory allocating'}), 'memory');
	t.is(exceededLimit({...evidence, stderr: 'sh: Cannot fork'}), 'processes');
	t.is(exceededLimit({...evidence, stderr: 'x.c:1: error'}), undefined);
	t.is(exceededLimit({...evidence, exit: {code: 0}, stderr: 'out of memory'}), undefined);
	t.is(exceededLimit({...evidence, cgroup: {...nothing, outOfMemory: 1}}), 'memory');
	t.is(exceededLimit({...evidence, cgroup: {...nothing, refusedProcesses: 1}}), 'processes');
});

test('versions of bubblewrap', t => {
	t.deepEqual(parseBwrapVersion('bubblewrap 0.8.0\n'), [0, 8]);
	t.deepEqual(parseBwrapVersion('bubblewrap 0.11.0\n'), [0, 11]);
	t.is(parseBwrapVersion('gcc (Gentoo) 14\n'), undefined);
});

/** Folders stand for groups: what the kernel would do with the files is not tested here. */
function fakeGroups(controllers: string): {mount: string; base: string} {
	const mount = mkdtempSync(join(tmpdir(), 'cgroup-'));
	const base = join(mount, 'ours');
	mkdirSync(base);
	writeFileSync(join(base, 'cgroup.controllers'), `${controllers}\n`);
	return {mount, base};
}

test('a group that was given to us holds jobs, each with its limits', async t => {
	const {mount, base} = fakeGroups('cpu memory pids');
	const groups = openCgroups({mount, own: '1:cpu:/x\n0::/ours\n', pid: 7});
	t.is(readFileSync(join(base, 'sccache-server-7/cgroup.procs'), 'utf8'), '7');
	t.is(readFileSync(join(base, 'cgroup.subtree_control'), 'utf8'), '+memory +pids');
	const group = groups?.make(limits);
	const folder = join(base, 'sccache-job-7-0');
	t.is(readFileSync(join(folder, 'memory.max'), 'utf8'), '40');
	t.is(readFileSync(join(folder, 'pids.max'), 'utf8'), '14');
	t.is(group?.procs, join(folder, 'cgroup.procs'));
	writeFileSync(join(folder, 'memory.events'), 'oom 3\noom_kill 2\n');
	t.deepEqual(group?.counts(), {outOfMemory: 2, refusedProcesses: 0});
	for (const name of ['memory.max', 'pids.max', 'memory.events']) rmSync(join(folder, name));
	await group?.remove();
	t.false(existsSync(folder));
	rmSync(mount, {recursive: true});
});

test('no group, or one without memory and processes: none', t => {
	const {mount} = fakeGroups('cpu io');
	t.is(openCgroups({mount, own: '0::/ours\n', pid: 7}), undefined);
	t.is(openCgroups({mount, own: '0::/missing\n', pid: 7}), undefined);
	t.is(openCgroups({mount, own: '4:memory:/ours\n', pid: 7}), undefined);
	rmSync(mount, {recursive: true});
});
