import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmdirSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import test from 'ava';
import {
	encodeBytesHeader,
	encodeExec,
	encodeFinish,
	encodeNop,
	encodeOut,
	encodeWrite,
	toShim,
	writeHow,
} from '../../src/protocol/frames.js';
import {inPlace, type Place} from './place.js';
import {type Script, ScriptedDaemon} from './scripted-daemon.js';

const isRoot = process.geteuid?.() === 0;
const asRoot = isRoot ? test : test.skip;

/** What a hit looks like on the wire. */
function hit(output: string): readonly Buffer[] {
	const content = Buffer.from('from the cache');
	return [
		encodeWrite(output, 0o666, writeHow.inPlace, content.length),
		encodeBytesHeader(content.length),
		content,
		encodeOut(2, Buffer.from('a warning\n')),
		encodeFinish(0, 0),
	];
}

async function compilesForReal(
	place: Place,
	script: Script | undefined,
	env: Record<string, string> = {},
): Promise<void> {
	writeFileSync(join(place.work, 'a.c'), 'int x = 42;\n');
	execFileSync('/usr/bin/gcc', ['-c', 'a.c', '-o', 'plain.o'], {cwd: place.work});
	const args = ['-c', 'a.c', '-o', 'ours.o'];
	const options = {env: {SCCACHE_SHIM_TIMEOUT_MS: '60000', ...env}};
	const ended =
		script === undefined
			? await place.run('gcc', args, options)
			: await place.against(script, 'gcc', args, options);
	if (
		ended.code !== 0 ||
		!readFileSync(join(place.work, 'ours.o')).equals(readFileSync(join(place.work, 'plain.o')))
	) {
		throw new Error(`not as the plain compiler: ${ended.code} ${ended.stderr.toString()}`);
	}
}

test('no daemon', async t => {
	await t.notThrowsAsync(inPlace(place => compilesForReal(place, undefined)));
	await t.notThrowsAsync(
		inPlace(place =>
			compilesForReal(place, undefined, {SCCACHE_SERVER_UDS: `/${'x'.repeat(200)}`}),
		),
	);
	await t.notThrowsAsync(
		inPlace(place => compilesForReal(place, undefined, {SCCACHE_SERVER_UDS: '\\x00no-such-name'})),
	);
	await t.notThrowsAsync(
		inPlace(place =>
			compilesForReal(place, undefined, {SCCACHE_SERVER_UDS: '', SCCACHE_SERVER_PORT: '1'}),
		),
	);
});

test('a socket that nobody listens on', async t => {
	await t.notThrowsAsync(
		inPlace(async place => {
			execFileSync('python3', [
				'-c',
				'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])',
				place.socket,
			]);
			t.true(statSync(place.socket).isSocket());
			await compilesForReal(place, undefined);
		}),
	);
});

test('a file that is no socket', t =>
	t.notThrowsAsync(
		inPlace(async place => {
			writeFileSync(place.socket, '');
			await compilesForReal(place, undefined);
		}),
	));

const silent: Readonly<Record<string, Script>> = {
	'says nothing': () => {},
	'says NOP and no more': conversation => conversation.send(encodeNop(), encodeNop()),
};

const hostile: Readonly<Record<string, Script>> = {
	...silent,
	'hangs up at once': conversation => conversation.hangUp(),
	'hangs up after COMPILE': async conversation => {
		await conversation.compile();
		conversation.hangUp();
	},
	'answers EXEC': async conversation => {
		await conversation.compile();
		conversation.send(encodeExec());
	},
	'sends garbage': conversation =>
		conversation.send(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\nwhat is this')),
	'sends an unknown type': conversation => conversation.send(Buffer.from([0, 0, 0, 0, 0x77])),
	'sends BYTES out of turn': conversation =>
		conversation.send(Buffer.from([1, 0, 0, 0, toShim.bytes, 0])),
	'sends EXEC with a payload': conversation =>
		conversation.send(Buffer.from([1, 0, 0, 0, toShim.exec, 0])),
	'sends a length over the limit': conversation =>
		conversation.send(Buffer.from([1, 0, 0, 1, toShim.stat])),
	'sends the greatest length': conversation =>
		conversation.send(Buffer.from([255, 255, 255, 255, toShim.bytes])),
	'sends a FINISH that is too short': conversation =>
		conversation.send(Buffer.from([4, 0, 0, 0, toShim.finish, 0, 0, 0, 0])),
	'sends a FINISH with an absurd signal': conversation => conversation.send(encodeFinish(0, 4711)),
	'promises 16 MiB and sends ten bytes': conversation => {
		conversation.send(Buffer.from([0, 0, 0, 1, toShim.stat]), Buffer.alloc(10));
		conversation.hangUp();
	},
	'sends more BYTES than promised': conversation => {
		conversation.send(
			encodeWrite('x.o', 0o666, writeHow.inPlace, 3),
			encodeBytesHeader(4),
			Buffer.from('abcd'),
			encodeFinish(0, 0),
		);
	},
	'sends FINISH before all BYTES': conversation => {
		conversation.send(
			encodeWrite('x.o', 0o666, writeHow.inPlace, 3),
			encodeBytesHeader(2),
			Buffer.from('ab'),
			encodeFinish(0, 0),
		);
	},
};

for (const [what, script] of Object.entries(hostile)) {
	const env: Record<string, string> = what in silent ? {SCCACHE_SHIM_TIMEOUT_MS: '300'} : {};
	test(`a daemon that ${what}`, t =>
		inPlace(async place => {
			await t.notThrowsAsync(compilesForReal(place, script, env));
			t.false(existsSync(join(place.work, 'x.o')), 'nothing half written stays');
		}));
}

test('a hit that is cut anywhere: the real compiler runs, and what it wrote is what stays', t =>
	inPlace(async place => {
		place.script('gcc', 'echo real >out.o; exit 9');
		const output = join(place.work, 'out.o');
		const whole = Buffer.concat(hit(output));
		for (let end = 0; end < whole.length; end++) {
			const ended = await place.against(
				async conversation => {
					await conversation.compile();
					await conversation.sendAll(whole.subarray(0, end));
					conversation.hangUp();
				},
				'gcc',
				['-c', 'x.c'],
			);
			t.is(ended.code, 9, `cut at ${end}`);
			t.is(readFileSync(output, 'latin1'), 'real\n');
		}
		const ended = await place.against(conversation => conversation.send(whole), 'gcc', [
			'-c',
			'x.c',
		]);
		t.is(ended.code, 0);
		t.is(readFileSync(output, 'latin1'), 'from the cache');
		t.is(ended.stderr.toString(), 'a warning\n');
	}));

test('a hit that comes byte by byte is a hit', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const whole = Buffer.concat(hit('out.o'));
		const ended = await place.against(
			async conversation => {
				for (const byte of whole) {
					await conversation.sendAll(Buffer.from([byte]));
					await new Promise(setImmediate);
				}
			},
			'gcc',
			['x'],
		);
		t.is(ended.code, 0);
		t.is(readFileSync(join(place.work, 'out.o'), 'latin1'), 'from the cache');
	}));

for (const value of ['1', 'true', 'YES', 'on']) {
	test(`SCCACHE_DISABLE=${value}: no daemon is asked`, t =>
		inPlace(async place => {
			place.fakeCompiler();
			const daemon = await new ScriptedDaemon(place.socket, () => {}).start();
			t.is((await place.run('gcc', ['x'], {env: {SCCACHE_DISABLE: value}})).code, 9);
			t.is(daemon.connections, 0);
			await daemon.stop();
		}));
}

test('a daemon on an abstract socket, and one on a TCP port', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const name = `shim-test-${process.pid}`;
		const finish: Script = conversation => conversation.send(encodeFinish(33, 0));
		const abstract = createServer(socket => socket.end(encodeFinish(44, 0)));
		// Node pads an abstract name where it does not know better; then this part can't be tried
		await new Promise<void>(resolve => abstract.listen(`\0${name}`, resolve));
		const ended = await place.run('gcc', ['x'], {env: {SCCACHE_SERVER_UDS: `\\x00${name}`}});
		t.true(ended.code === 44 || ended.code === 9);
		abstract.close();
		const tcp = await new ScriptedDaemon('127.0.0.1:0', finish).start();
		t.is(
			(
				await place.run('gcc', ['x'], {
					env: {SCCACHE_SERVER_UDS: '', SCCACHE_SERVER_PORT: String(tcp.port)},
				})
			).code,
			33,
		);
		await tcp.stop();
	}));

test('a current folder that is gone', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const gone = join(place.folder, 'gone');
		mkdirSync(gone);
		const daemon = await new ScriptedDaemon(place.socket, () => {}).start();
		const running = place.run('/bin/sh', ['-c', `sleep 0.1; rmdir ${gone}; exec gcc x`], {
			cwd: gone,
		});
		t.is((await running).code, 9);
		t.throws(() => rmdirSync(gone));
		await daemon.stop();
	}));

test('a closed standard stream: nothing of ours takes its place', t =>
	inPlace(async place => {
		place.script('gcc', 'echo real >real.log; exit 9');
		const daemon = await new ScriptedDaemon(place.socket, conversation =>
			conversation.send(...hit('out.o')),
		).start();
		for (const closed of ['0<&-', '1>&-', '2>&-', '0<&- 1>&- 2>&-']) {
			t.is((await place.run('/bin/sh', ['-c', `exec gcc x ${closed}`])).code, 9);
		}
		t.is(daemon.connections, 0);
		await daemon.stop();
	}));

test('1.5 MB of arguments reach the daemon and the real compiler', t =>
	inPlace(async place => {
		place.script('gcc', 'echo $#; exit 9');
		const args = Array.from({length: 15_000}, (_, index) => `-DA${index}=${'x'.repeat(92)}`);
		t.true(args.join(' ').length >= 1_450_000);
		const ended = await place.against(
			async conversation => {
				t.deepEqual((await conversation.compile()).args, args);
				conversation.send(encodeExec());
			},
			'gcc',
			args,
		);
		t.is(ended.stdout.toString(), '15000\n');
	}));

asRoot('a daemon of another user is not trusted', t =>
	inPlace(async place => {
		place.fakeCompiler();
		chmodSync(place.folder, 0o777);
		const code =
			"require('net').createServer(s => {console.log('asked'); s.on('error', () => {}); s.end(Buffer.from([8,0,0,0,0x18,44,0,0,0,0,0,0,0]))})" +
			".listen(process.argv[1], () => console.log('ready'))";
		const stranger = spawn(process.execPath, ['-e', code, place.socket], {
			uid: 65534,
			gid: 65534,
			stdio: ['ignore', 'pipe', 'inherit'],
			cwd: '/',
		});
		await once(stranger.stdout, 'data');
		t.is((await place.run('gcc', ['x'])).code, 9, 'root asks nobody');
		chmodSync(place.socket, 0o777);
		t.is((await place.run('gcc', ['x'], {uid: 65534})).code, 44, 'nobody asks nobody');
		t.is((await place.run('gcc', ['x'], {uid: 1234})).code, 9, 'another asks nobody');
		const exited = once(stranger, 'exit');
		stranger.kill();
		await exited;
	}),
);

asRoot('anybody trusts a daemon of root', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const daemon = await new ScriptedDaemon(place.socket, conversation =>
			conversation.send(encodeFinish(44, 0)),
		).start();
		chmodSync(place.socket, 0o777);
		t.is((await place.run('gcc', ['x'], {uid: 65534})).code, 44);
		await daemon.stop();
	}),
);
