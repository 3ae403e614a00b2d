import {spawnSync} from 'node:child_process';
import {closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {
	encodeExec,
	encodeFinish,
	encodeNop,
	encodeOut,
	encodeRead,
	encodeRun,
	encodeStat,
	type RunRequest,
	runFlags,
} from '../../src/protocol/frames.js';
import {inPlace, type Place} from './place.js';
import type {Conversation} from './scripted-daemon.js';

const {sendStdout, sendStderr, passStdout, passStderr, final} = runFlags;

function run(program: string, flags: number, more: Partial<RunRequest> = {}): Buffer {
	return encodeRun({program, flags, argv: [program], env: [], temps: [], ...more});
}

async function appears(path: string): Promise<void> {
	while (!existsSync(path)) {
		await new Promise(resolve => setTimeout(resolve, 5));
	}
}

/** A child that speaks on both streams. */
function speaker(place: Place): string {
	return place.script('gcc', 'echo out; echo err >&2; exit 3');
}

test('each stream is sent, passed, both, or neither', t =>
	inPlace(async place => {
		const program = speaker(place);
		for (let flags = 0; flags < 32; flags++) {
			const ended = await place.against(
				async conversation => {
					await conversation.compile();
					conversation.send(run(program, flags));
					const {done, data} = await conversation.dataUntilDone();
					t.is(data[1]?.toString(), flags & sendStdout ? 'out\n' : '', `flags ${flags}`);
					t.is(data[2]?.toString(), flags & sendStderr ? 'err\n' : '', `flags ${flags}`);
					t.deepEqual([done.errno, done.exitCode, done.signal], [0, 3, 0]);
					t.true(done.wallUs > 0);
					t.true(done.startedNs > 1_600_000_000_000_000_000n);
					conversation.send(encodeFinish(done.exitCode, 0));
				},
				'gcc',
				[],
			);
			t.is(ended.stdout.toString(), flags & passStdout ? 'out\n' : '', `flags ${flags}`);
			t.is(ended.stderr.toString(), flags & passStderr ? 'err\n' : '', `flags ${flags}`);
			t.is(ended.code, 3);
		}
	}));

test('argv[0], arguments and changes of the environment', t =>
	inPlace(async place => {
		place.fakeCompiler();
		await place.against(
			async conversation => {
				await conversation.compile();
				conversation.send(
					run('/bin/sh', sendStdout, {
						argv: [
							'my-name',
							'-c',
							// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
							'echo "$0|$1|$NEW|${LC_ALL-unset}|${KEEP}|${SCCACHE_SHIM_VISITED:+marked}"',
							'zero',
							'a b',
						],
						env: ['NEW=x=y', 'LC_ALL', 'ABSENT', 'NEW=last'],
					}),
				);
				t.is(
					(await conversation.dataUntilDone()).data[1]?.toString(),
					'zero|a b|last|unset|kept|marked\n',
				);
				conversation.send(run('/bin/cat', sendStdout, {argv: ['cat', '/proc/self/cmdline']}));
				t.is((await conversation.dataUntilDone()).data[1]?.toString(), 'cat\0/proc/self/cmdline\0');
				conversation.send(encodeFinish(0, 0));
			},
			'gcc',
			[],
			{env: {KEEP: 'kept'}},
		);
	}));

test('a child that can not be started', t =>
	inPlace(async place => {
		place.fakeCompiler();
		writeFileSync(join(place.work, 'text'), 'echo by the shell\n', {mode: 0o755});
		const ended = await place.against(
			async conversation => {
				await conversation.compile();
				for (const flags of [0, sendStdout | sendStderr | passStderr, final]) {
					conversation.send(run('/nowhere/gcc', flags));
					const {done} = await conversation.dataUntilDone();
					t.deepEqual([done.errno, done.exitCode, done.signal], [2, -1, 0]);
				}
				conversation.send(run('./text', sendStdout));
				t.is((await conversation.dataUntilDone()).data[1]?.toString(), 'by the shell\n');
				conversation.send(encodeExec());
			},
			'gcc',
			['x'],
		);
		t.is(ended.code, 9, 'nothing was run as the compile, so the real compiler still can');
	}));

test('commands that are sent together are obeyed in order', t =>
	inPlace(async place => {
		const program = place.script('gcc', 'echo made >made');
		const ended = await place.against(
			async conversation => {
				conversation.send(
					encodeStat(['made']),
					run(program, 0),
					encodeNop(),
					encodeStat(['made']),
					encodeRead('made', 100),
					encodeOut(1, Buffer.from('end')),
					encodeFinish(4, 0),
				);
				await conversation.compile();
				t.is((await conversation.stamps()).readUInt32LE(44), 2);
				t.is((await conversation.done()).exitCode, 0);
				t.is((await conversation.stamps()).readUInt32LE(44), 0);
				await conversation.stamps();
				t.is((await conversation.dataUntilDone()).data[0]?.toString(), 'made\n');
			},
			'gcc',
			[],
		);
		t.deepEqual([ended.code, ended.stdout.toString()], [4, 'end']);
	}));

test("stdin is the final child's, untouched; any other gets none", t =>
	inPlace(async place => {
		const program = place.script('gcc', 'cat');
		const stdin = Buffer.alloc(3_000_000, 'stdin ');
		const ended = await place.against(
			async conversation => {
				await conversation.compile();
				conversation.send(run(program, sendStdout));
				t.is((await conversation.dataUntilDone()).data[1]?.length, 0);
				conversation.send(run(program, sendStdout | passStdout | final));
				t.true((await conversation.dataUntilDone()).data[1]?.equals(stdin));
				conversation.send(encodeFinish(0, 0));
			},
			'gcc',
			[],
			{stdin},
		);
		t.true(ended.stdout.equals(stdin));
	}));

test('10 MiB on stdout, sent and passed, with little memory', t =>
	inPlace(async place => {
		const program = place.script('gcc', 'head -c 10485760 /dev/zero | tr "\\0" x');
		for (const flags of [sendStdout | passStdout, sendStdout | final]) {
			const ended = await place.against(
				async conversation => {
					const {pid} = await conversation.compile();
					conversation.send(run(program, flags));
					t.is((await conversation.dataUntilDone()).data[1]?.length, 10_485_760);
					const peak = Number(
						/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1],
					);
					t.true(peak < 6 * 1024, `${peak} KiB`);
					conversation.send(encodeFinish(0, 0));
				},
				'gcc',
				[],
			);
			t.is(ended.stdout.length, flags & passStdout ? 10_485_760 : 0);
		}
	}));

test('NOPs while a child runs', t =>
	inPlace(async place => {
		const program = place.script('gcc', 'until test -e go; do sleep 0.01; done; exit 6');
		const ended = await place.against(
			async conversation => {
				await conversation.compile();
				conversation.send(run(program, final));
				for (let index = 0; index < 100; index++) {
					await conversation.sendAll(encodeNop());
				}
				// cut in the middle
				await conversation.sendAll(encodeNop().subarray(0, 2));
				writeFileSync(join(place.work, 'go'), '');
				t.is((await conversation.done()).exitCode, 6);
				conversation.send(encodeNop().subarray(2), encodeFinish(8, 0));
			},
			'gcc',
			[],
		);
		t.is(ended.code, 8);
	}));

test('a child that leaves something behind which holds its stdout does not keep us', t =>
	inPlace(async place => {
		const program = place.script('gcc', 'echo early; sleep 1000 & echo $! >sleeper');
		try {
			const ended = await place.against(
				async conversation => {
					await conversation.compile();
					conversation.send(run(program, sendStdout));
					t.is((await conversation.dataUntilDone()).data[1]?.toString(), 'early\n');
					conversation.send(encodeFinish(0, 0));
				},
				'gcc',
				[],
			);
			t.is(ended.code, 0);
		} finally {
			process.kill(Number(readFileSync(join(place.work, 'sleeper'), 'latin1')));
		}
	}));

test('a reader that goes away: the child learns it as without us', t =>
	inPlace(async place => {
		const program = place.script(
			'gcc',
			'trap "" PIPE; while echo yes 2>/dev/null; do :; done; exit 5',
		);
		for (const flags of [passStdout | final, passStdout | sendStdout | final]) {
			const ended = await place.against(
				async conversation => {
					await conversation.compile();
					conversation.send(run(program, flags));
					const {done} = await conversation.dataUntilDone();
					t.is(done.exitCode, 5);
					conversation.send(encodeFinish(done.exitCode, 0));
				},
				'/bin/sh',
				['-c', '{ gcc; echo $? >status; } | head -n 1'],
			);
			t.is(ended.stdout.toString(), 'yes\n');
			t.is(readFileSync(join(place.work, 'status'), 'latin1'), '5\n');
		}
	}));

test('stdout on a full device: the child fails, not we', t =>
	inPlace(async place => {
		const program = place.script(
			'gcc',
			'trap "" PIPE; echo first; until ! echo more 2>/dev/null; do :; done; exit 5',
		);
		const full = openSync('/dev/full', 'w');
		const ended = await place.against(
			async conversation => {
				await conversation.compile();
				conversation.send(run(program, passStdout | sendStdout | final));
				const {done} = await conversation.dataUntilDone();
				conversation.send(encodeFinish(done.exitCode, 0));
			},
			'gcc',
			[],
			{stdio: ['ignore', full, 'pipe']},
		);
		closeSync(full);
		t.is(ended.code, 5);
	}));

test('a child does not inherit that we ignore SIGPIPE, nor any descriptor of ours', t =>
	inPlace(async place => {
		place.fakeCompiler();
		await place.against(
			async conversation => {
				await conversation.compile();
				conversation.send(
					run('/bin/sh', sendStdout, {
						argv: ['sh', '-c', 'grep -E "SigIgn|SigBlk" /proc/self/status; exec ls /proc/self/fd'],
					}),
				);
				const text = (await conversation.dataUntilDone()).data[1]?.toString() ?? '';
				t.regex(text, /SigBlk:\s+0+\n/);
				const ignored = /SigIgn:\s+(\w+)/.exec(text)?.[1] ?? '';
				t.is(BigInt(`0x${ignored}`) & (1n << 12n), 0n);
				const descriptors = (said: string) => said.split('\n').filter(line => /^\d+$/.test(line));
				t.deepEqual(
					descriptors(text),
					descriptors(spawnSync('ls', ['/proc/self/fd'], {encoding: 'utf8'}).stdout),
				);
				conversation.send(encodeFinish(0, 0));
			},
			'gcc',
			[],
		);
	}));

test('a compile that dies by a signal: so do we', t =>
	inPlace(async place => {
		const program = place.script('gcc', 'kill -TERM $$');
		const told = await place.against(
			async conversation => {
				await conversation.compile();
				conversation.send(run(program, final));
				const done = await conversation.done();
				t.deepEqual([done.exitCode, done.signal], [-1, 15]);
				conversation.send(encodeFinish(0, done.signal));
			},
			'gcc',
			[],
		);
		t.is(told.signal, 'SIGTERM');
		const alone = await place.against(
			async conversation => {
				await conversation.compile();
				conversation.send(run(program, final));
				await conversation.done();
				conversation.hangUp();
			},
			'gcc',
			[],
		);
		t.is(alone.signal, 'SIGTERM');
	}));

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
	test(`${name} is forwarded to the compile, which may handle it`, t =>
		inPlace(async place => {
			const program = place.script(
				'gcc',
				`trap 'echo got it; exit 7' ${name.slice(3)}; touch ready; while :; do sleep 0.01; done`,
			);
			const ended = await place.against(
				async conversation => {
					const {pid} = await conversation.compile();
					conversation.send(run(program, final | passStdout | sendStdout));
					await appears(join(place.work, 'ready'));
					process.kill(pid, name);
					const {done} = await conversation.dataUntilDone();
					t.is(done.exitCode, 7);
					conversation.send(encodeFinish(7, 0));
				},
				'gcc',
				[],
			);
			t.deepEqual([ended.code, ended.stdout.toString()], [7, 'got it\n']);
		}));

	test(`${name} during a preprocessor run ends us, and no compile follows`, t =>
		inPlace(async place => {
			place.script('gcc', 'touch compiled');
			const program = place.script('pre', 'touch ready; exec sleep 1000');
			const ended = await place.against(
				async conversation => {
					const {pid} = await conversation.compile();
					conversation.send(run(program, sendStdout, {temps: ['temp']}), encodeExec());
					await appears(join(place.work, 'ready'));
					writeFileSync(join(place.work, 'temp'), '');
					process.kill(pid, name);
				},
				'gcc',
				[],
			);
			t.is(ended.signal, name);
			t.deepEqual(readdirSync(place.work), ['ready']);
		}));
}

test('a signal that was ignored when we started stays so', t =>
	inPlace(async place => {
		const program = place.script(
			'gcc',
			'touch ready; until test -e go; do sleep 0.01; done; exit 6',
		);
		const ended = await place.against(
			async conversation => {
				const {pid} = await conversation.compile();
				process.kill(pid, 'SIGHUP');
				conversation.send(run(program, final));
				await appears(join(place.work, 'ready'));
				process.kill(pid, 'SIGHUP');
				writeFileSync(join(place.work, 'go'), '');
				conversation.send(encodeFinish((await conversation.done()).exitCode, 0));
			},
			'/bin/sh',
			['-c', "trap '' HUP; exec gcc"],
		);
		t.is(ended.code, 6);
	}));

const daemonGoes: Readonly<Record<string, (conversation: Conversation) => void>> = {
	'hangs up': conversation => conversation.hangUp(),
	'is killed': conversation => conversation.break(),
};

for (const [what, go] of Object.entries(daemonGoes)) {
	test(`the daemon ${what} while the compile runs: it goes on, and its output is not lost`, t =>
		inPlace(async place => {
			const program = place.script(
				'gcc',
				'echo early; echo error >&2; touch ready; until test -e go; do sleep 0.01; done; echo late; exit 6',
			);
			for (const flags of [
				final | sendStdout | sendStderr,
				final | sendStdout | passStdout | passStderr,
				final | passStdout | passStderr,
			]) {
				const ended = await place.against(
					async conversation => {
						await conversation.compile();
						conversation.send(run(program, flags, {temps: ['ready', 'go']}));
						await appears(join(place.work, 'ready'));
						go(conversation);
						writeFileSync(join(place.work, 'go'), '');
					},
					'gcc',
					[],
				);
				t.deepEqual(
					[ended.code, ended.stdout.toString(), ended.stderr.toString()],
					[6, 'early\nlate\n', 'error\n'],
					`flags ${flags}`,
				);
				t.deepEqual(readdirSync(place.work), []);
			}
		}));

	test(`the daemon ${what} while a preprocessor runs: it is stopped, the real compiler runs`, t =>
		inPlace(async place => {
			place.fakeCompiler();
			const program = place.script('pre', 'echo $$ >pid; touch ready; exec sleep 1000');
			const ended = await place.against(
				async conversation => {
					await conversation.compile();
					conversation.send(run(program, sendStdout));
					await appears(join(place.work, 'ready'));
					go(conversation);
				},
				'gcc',
				['x'],
			);
			t.is(ended.code, 9);
			t.throws(() => process.kill(Number(readFileSync(join(place.work, 'pid'), 'latin1')), 0), {
				code: 'ESRCH',
			});
		}));
}

/** Short only where it is what ends the talk: the daemon here may wait for its turn on a busy machine. */
function deadlineFor(ending: string): string {
	return ending === 'silence' ? '3000' : '60000';
}

test('after the compile there is nothing to fall back to: its status, and what it said', t =>
	inPlace(async place => {
		const program = place.script('gcc', 'echo said; echo compiled >>count; exit 6');
		const ends: Readonly<Record<string, (conversation: Conversation) => void>> = {
			'hang up': conversation => conversation.hangUp(),
			silence: () => {},
			exec: conversation => conversation.send(encodeExec()),
			garbage: conversation => conversation.send(Buffer.from('garbage')),
		};
		for (const [name, end] of Object.entries(ends)) {
			const ended = await place.against(
				async conversation => {
					await conversation.compile();
					conversation.send(run(program, final | sendStdout));
					await conversation.dataUntilDone();
					end(conversation);
				},
				'gcc',
				[],
				{env: {SCCACHE_SHIM_TIMEOUT_MS: deadlineFor(name)}},
			);
			t.deepEqual([ended.code, ended.stdout.toString()], [6, 'said\n'], name);
		}
		t.is(readFileSync(join(place.work, 'count'), 'latin1'), 'compiled\n'.repeat(4));
	}));

test('a final child may be silent for longer than the deadline', t =>
	inPlace(async place => {
		const program = place.script('gcc', 'sleep 3.5; exit 6');
		const ended = await place.against(
			async conversation => {
				await conversation.compile();
				conversation.send(run(program, final | sendStdout));
				await conversation.dataUntilDone();
				conversation.send(encodeFinish(12, 0));
			},
			'gcc',
			[],
			{env: {SCCACHE_SHIM_TIMEOUT_MS: '2500'}},
		);
		t.is(ended.code, 12);
	}));

test('temps are gone in every ending', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const maker = place.script('make-temps', 'touch t1 t2');
		const endings: Readonly<Record<string, (conversation: Conversation, pid: number) => void>> = {
			finish: conversation => conversation.send(encodeFinish(0, 0)),
			'finish by signal': conversation => conversation.send(encodeFinish(0, 9)),
			exec: conversation => conversation.send(encodeExec()),
			'hang up': conversation => conversation.hangUp(),
			garbage: conversation => conversation.send(Buffer.from('garbage')),
			silence: () => {},
			SIGTERM: (_, pid) => process.kill(pid, 'SIGTERM'),
			SIGINT: (_, pid) => process.kill(pid, 'SIGINT'),
		};
		for (const [name, end] of Object.entries(endings)) {
			await place.against(
				async conversation => {
					const {pid} = await conversation.compile();
					conversation.send(run(maker, 0, {temps: ['t1', join(place.work, 't2'), 'never-made']}));
					await conversation.done();
					t.true(existsSync(join(place.work, 't2')));
					end(conversation, pid);
				},
				'gcc',
				[],
				{env: {SCCACHE_SHIM_TIMEOUT_MS: deadlineFor(name)}},
			);
			t.deepEqual(readdirSync(place.work), [], name);
		}
	}));
