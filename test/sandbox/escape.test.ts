import {spawn} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	copyFileSync,
	existsSync,
	readdirSync,
	readFileSync,
	statfsSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {Place, type Session, unable} from './place.js';

/** A "compiler" that tries to get out. Each attempt must fail in the sandbox, and leave the host as it was. */

const place = unable('user') === undefined ? new Place() : undefined;
if (place) {
	const setuid = join(place.toolchain, 'usr/bin/setuid-escape');
	copyFileSync(join(place.toolchain, 'usr/bin/escape'), setuid);
	chownSync(setuid, 0, 0);
	chmodSync(setuid, 0o4755);
}
test.after.always(() => place?.remove());

for (const user of ['root', 'user'] as const) {
	const why = unable(user);
	const check = why === undefined ? test.serial : test.skip;
	const titled = (title: string) => `as ${user}: ${title}${why === undefined ? '' : ` (${why})`}`;
	const tries = (...args: string[]): readonly string[] => ['/usr/bin/escape', ...args];
	const marker = `marked-${process.pid}-${user}`;
	let session: Session;

	if (why === undefined) {
		test.before(titled('a session'), async () => {
			session = await (place as Place).open(user);
		});
	}

	check(titled('files of the host are not there'), async t => {
		const secret = join((place as Place).folder, 'escape');
		const {stdout} = await session.run(
			tries('read', '/etc/shadow', '/etc/hostname', secret, '/proc/1/root/etc/hostname'),
		);
		t.is(stdout.match(/: /g)?.length, 4);
		t.notRegex(stdout, /DONE/);
	});

	check(titled('nothing is written outside'), async t => {
		const host = (place as Place).folder;
		const names = ['/escaped', '/usr/escaped', `${host}/escaped`, '/proc/1/root/tmp/escaped'];
		await session.run(tries('write', ...names, '/tmp/../../../../escaped', '/dev/escaped'));
		for (const name of ['/escaped', `${host}/escaped`, '/tmp/escaped', '/dev/escaped'])
			t.false(existsSync(name), name);
		t.deepEqual(readdirSync((place as Place).toolchain).toSorted(), ['bin', 'lib', 'lib64', 'usr']);
	});

	check(titled('the host is not reached by network, nor by an abstract socket'), async t => {
		const name = `sandbox-escape-${process.pid}-${user}`;
		const tcp = createServer(socket => socket.destroy());
		const escaper = join((place as Place).toolchain, 'usr/bin/escape');
		const abstract = spawn(escaper, ['listen', name]);
		await new Promise<void>(done => tcp.listen(0, '127.0.0.1', done));
		await new Promise(done => abstract.stdout.once('data', done));
		const {port} = tcp.address() as {port: number};
		const attempts = [
			['connect', String(port)],
			['abstract', name],
		];
		try {
			for (const attempt of attempts) {
				// What must not be possible inside is possible outside.
				t.regex(await output(escaper, attempt), /DONE/);
				t.notRegex((await session.run(tries(...attempt))).stdout, /DONE/);
			}
		} finally {
			tcp.close();
			abstract.kill();
		}
	});

	check(titled('forks end at the limit, which counts no other job'), async t => {
		const most = '64';
		const both = await Promise.all(
			[1, 2].map(() => session.run(tries('forks', most), {limits: {processes: 40}})),
		);
		for (const {exit, stdout, exceeded} of both) {
			const made = Number(/forks: (\d+)/.exec(stdout)?.[1]);
			t.true(made >= 37 && made <= 42, stdout);
			t.deepEqual([exit, exceeded], [{code: 1}, 'processes']);
		}
		const enough = await session.run(tries('forks', most), {limits: {processes: 80}});
		t.deepEqual(enough.exit, {code: 0}, enough.stderr);
	});

	check(titled('a fork bomb is over at its deadline'), async t => {
		const {exceeded} = await session.run(tries('bomb', marker), {
			limits: {processes: 40, wallMs: 500},
		});
		t.is(exceeded, 'time');
		t.deepEqual(processesWith(marker), []);
	});

	check(titled('the disk is not filled'), async t => {
		const free = () => statfsSync((place as Place).folder).bavail;
		const before = free();
		for (const folder of ['/work', '/tmp', '/dev/shm']) {
			const {stdout, exceeded} = await session.run(tries('fill', folder));
			const filled = Number(/filled: (\d+)/.exec(stdout)?.[1] ?? 0);
			t.true(filled <= 32 * 1024 ** 2, folder);
			if (folder !== '/dev/shm') t.is(exceeded, 'outputBytes');
		}
		t.true(before - free() < 64 * 1024);
		t.deepEqual((await session.run(tries('fill', '/'), {limits: {wallMs: 10_000}})).outputs, []);
	});

	check(titled('a file, and outputs together, end at their limit'), async t => {
		const limits = {outputBytes: 1024 ** 2};
		const cat = ['/bin/sh', '-c', 'cat /dev/zero >big'];
		const big = await session.run(cat, {outputs: ['big'], limits});
		t.deepEqual([big.exceeded, big.outputs], ['outputBytes', []]);
		const many = await session.run(['/bin/sh', '-c', 'for n in 1 2 3; do cp in $n; done'], {
			inputs: {'/work/in': 'x'.repeat(400_000)},
			outputs: ['1', '2', '3'],
			limits,
		});
		t.deepEqual([many.exceeded, many.outputs], ['outputBytes', []]);
		const talk = await session.run(tries('print'));
		t.is(talk.exceeded, 'outputBytes');
	});

	check(titled('a memory hog ends at the limit'), async t => {
		const {exit, stdout, exceeded} = await session.run(tries('memory'), {
			limits: {memoryBytes: 64 * 1024 ** 2},
		});
		t.deepEqual(exit, {code: 1});
		t.is(exceeded, 'memory');
		t.true(Number(/memory: (\d+)/.exec(stdout)?.[1]) < 64);
	});

	check(titled('no process but its own is seen or traced'), async t => {
		const {stdout} = await session.run(tries('processes'));
		t.deepEqual(stdout.trim().split('\n').length, 2, stdout);
		for (const pid of ['1', String(process.pid), String(session.child.pid)])
			t.notRegex((await session.run(tries('ptrace', pid))).stdout, /DONE/);
	});

	check(titled('nothing outlives its job'), async t => {
		const {exit, outputs} = await session.run(tries('daemon', '/work/alive', marker), {
			outputs: ['/work/alive'],
		});
		t.deepEqual(exit, {code: 0});
		t.true((outputs[0]?.text.length ?? 0) > 0);
		t.deepEqual(processesWith(marker), []);
	});

	check(titled('no open file of the server is there'), async t => {
		const {stdout} = await session.run(tries('descriptors'));
		t.is(stdout, 'descriptor 0\ndescriptor 1\ndescriptor 2\n');
	});

	check(titled('there are no rights to be had, by setuid neither'), async t => {
		for (const program of ['/usr/bin/escape', '/usr/bin/setuid-escape']) {
			const {stdout} = await session.run([program, 'rights']);
			t.regex(stdout, /^uid 65534 euid 65534$/m);
			t.is(stdout.match(/: /g)?.length, 6);
			t.notRegex(stdout, /DONE/, program);
		}
	});

	check(titled('a link among the outputs is not followed'), async t => {
		const {outputs} = await session.run(
			[
				'/bin/sh',
				'-c',
				'escape link /etc/passwd out; escape link /etc d; escape link /work/real in-place; echo x >real',
			],
			{
				env: [['PATH', '/usr/bin']],
				outputs: ['out', 'd/passwd', 'in-place', '../../../etc/passwd', 'real'],
			},
		);
		t.deepEqual(
			outputs.map(({path}) => path),
			['real'],
		);
	});

	check(titled('when the server is killed, its jobs are dead'), async t => {
		const own = await (place as Place).open(user);
		const {done} = own.start(tries('sleep', '600', marker));
		done.catch(() => {});
		while (processesWith(marker).length === 0) await sleep(20);
		own.child.kill('SIGKILL');
		for (let count = 0; count < 250 && processesWith(marker).length > 0; count++) await sleep(20);
		t.deepEqual(processesWith(marker), []);
	});
}

function processesWith(word: string): readonly string[] {
	return readdirSync('/proc').filter(pid => {
		try {
			return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
		} catch {
			return false;
		}
	});
}

function output(program: string, args: readonly string[]): Promise<string> {
	return new Promise(done => {
		const child = spawn(program, args);
		let text = '';
		child.stdout.on('data', bytes => {
			text += bytes;
		});
		child.on('close', () => done(text));
	});
}
