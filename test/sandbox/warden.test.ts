import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {Warden} from '../../src/sandbox/warden.js';
import {runFrame, wardenAnswers} from '../../src/sandbox/warden-frames.js';
import {unable} from './place.js';

const program = resolve(import.meta.dirname, '../../bin/sccache-warden');
const why = unable('user');
const check = why === undefined ? test : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);

const sh = (script: string) => ({
	argv: ['/bin/sh', '-c', script],
	user: {uid: 65534, gid: 65534},
	niceness: 0,
	cgroupProcs: undefined,
	limits: {processes: 32},
});
const usual = {timeoutMs: 20_000};

const wardens: Warden[] = [];
function newWarden(): Warden {
	const warden = new Warden(program);
	wardens.push(warden);
	return warden;
}
test.after.always(() => {
	for (const warden of wardens) warden.close();
});

test('answers come out whole, however the stream is cut', t => {
	const frames = Buffer.from('0900000007000000010d000000' + '0700000008000000020268', 'hex');
	frames.writeUInt32LE(8, 13);
	const heard = [];
	let rest = Buffer.alloc(0);
	for (const byte of Buffer.concat([frames, Buffer.from('i')])) {
		const cut = wardenAnswers(Buffer.concat([rest, Buffer.from([byte])]));
		heard.push(...cut.answers);
		rest = Buffer.from(cut.rest);
	}
	t.deepEqual(heard, [
		{id: 7, kind: 'done', errno: 13},
		{id: 8, kind: 'output', descriptor: 2, bytes: Buffer.from('hi')},
	]);
});

test('a request is its fields in their order', t => {
	const {user, ...rest} = sh('x');
	const hex = runFrame(9, {...rest, user: undefined}).toString('hex');
	t.is(
		hex,
		`50000000${'09000000'}04${'00'.repeat(16)}${'00'.repeat(9)}00000000${'00000000'}01000000${'00000000'}2000000000000000` +
			`03000000${'07000000'}2f62696e2f7368${'02000000'}2d63${'01000000'}78`,
	);
	t.is(user.uid, 65534);
});

check(titled('who runs is the user that was asked for, without groups, and alone'), async t => {
	const {stdout, exit} = await newWarden().run(
		sh('cat /proc/self/status; ls /proc | grep -c "^[0-9]"; echo fds; ls /proc/self/fd'),
		usual,
	);
	const text = stdout.toString();
	t.deepEqual(exit, {code: 0});
	t.regex(text, /^Uid:\t65534\t65534\t65534\t65534$/m);
	t.regex(text, /^Groups:\s*$/m);
	t.regex(text, /\nfds\n0\n1\n2\n3\n/);
});

check(titled('exit codes, both streams and the status come back'), async t => {
	const {exit, stdout, stderr, status} = await newWarden().run(
		sh('echo out; echo err >&2; echo status >&3; exit 7'),
		usual,
	);
	t.deepEqual(
		[exit, ...[stdout, stderr, status].map(String)],
		[{code: 7}, 'out\n', 'err\n', 'status\n'],
	);
});

check(titled('what can not be started is told on stderr'), async t => {
	const {exit, stderr} = await newWarden().run({...sh(''), argv: ['/nonexistent/program']}, usual);
	t.deepEqual(exit, {code: 127});
	t.regex(stderr.toString(), /\/nonexistent\/program: No such file/);
});

check(titled('niceness is added, limits hold, and a group is entered first'), async t => {
	const folder = mkdtempSync(join(tmpdir(), 'warden-'));
	const cgroupProcs = join(folder, 'procs');
	writeFileSync(cgroupProcs, '');
	const {stdout} = await newWarden().run(
		{
			...sh('cut -d" " -f19 /proc/self/stat; ulimit -n; ulimit -c'),
			...{niceness: 5, cgroupProcs, limits: {openFiles: 17, core: 0}},
		},
		usual,
	);
	const base = Number(readFileSync('/proc/self/stat', 'utf8').split(' ')[18]);
	t.is(stdout.toString(), `${Math.min(19, base + 5)}\n17\n0\n`);
	t.is(readFileSync(cgroupProcs, 'utf8'), '0');
	rmSync(folder, {recursive: true});
});

check(titled('a stream without end is cut off'), async t => {
	const {ended, stdout} = await newWarden().run(sh('while :; do echo yyyyyyyyyy; done'), usual);
	t.is(ended, 'stdout');
	t.true(stdout.length <= 16 * 1024 ** 2);
});

check(titled('trees are removed, however deep, and links are not followed'), async t => {
	const folder = mkdtempSync(join(tmpdir(), 'warden-'));
	mkdirSync(join(folder, 'kept'));
	const deep = join(folder, 'deep');
	mkdirSync(deep);
	const warden = newWarden();
	const made = await warden.run(
		{
			...sh(
				`cd ${deep}; ln -s ../kept link; i=0; while [ $i -lt 300 ]; do mkdir dddd; cd -P dddd || exit; i=$((i+1)); done`,
			),
			user: {uid: 0, gid: 0},
		},
		usual,
	);
	t.deepEqual(made.exit, {code: 0}, made.stderr.toString());
	await warden.remove([join(folder, 'missing'), deep]);
	t.false(existsSync(deep));
	t.true(existsSync(join(folder, 'kept')));
	rmSync(folder, {recursive: true});
});

check(titled('what fails is told by its name, and the next request goes on'), async t => {
	const warden = newWarden();
	const mount = {type: 'tmpfs', target: '/nonexistent/target', flags: 0, options: ''} as const;
	await t.throwsAsync(warden.mount(mount), {code: 'SANDBOX_FAILED', message: /ENOENT/});
	await t.throwsAsync(warden.unmount('/nonexistent/target'), {message: /ENOENT/});
	t.deepEqual((await warden.run(sh('exit 3'), usual)).exit, {code: 3});
});

check(titled('a warden that dies takes its jobs along, and has a successor'), async t => {
	const warden = newWarden();
	const folder = mkdtempSync(join(tmpdir(), 'warden-'));
	const mark = join(folder, 'mark');
	const job = warden.run(
		{...sh(`while :; do echo >>${mark}; sleep 0.05; done`), user: {uid: 0, gid: 0}},
		usual,
	);
	const failing = t.throwsAsync(job, {code: 'SANDBOX_FAILED', message: /is gone/});
	while (!existsSync(mark)) await sleep(20);
	process.kill(warden.pid as number, 'SIGKILL');
	await failing;
	const size = () => readFileSync(mark).length;
	await sleep(200);
	const then = size();
	await sleep(300);
	t.is(size(), then);
	t.deepEqual((await warden.run(sh('exit 0'), usual)).exit, {code: 0});
	rmSync(folder, {recursive: true});
});
