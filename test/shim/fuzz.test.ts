import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {
	encodeBytesHeader,
	encodeExec,
	encodeFinish,
	encodeList,
	encodeNop,
	encodeOut,
	encodeRead,
	encodeRun,
	encodeStat,
	encodeWrite,
	headerBytes,
	type WriteHow,
} from '../../src/protocol/frames.js';
import {buildSanitized, Place} from './place.js';
import {ScriptedDaemon} from './scripted-daemon.js';

const cases = 400;
const atOnce = 4;

type Random = (below: number) => number;

/** The same daemons in each run. */
function seeded(seed: number): Random {
	let state = seed;
	return below => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

/** No slash: what is made of these bytes stays in the working folder. */
function noise(random: Random, length: number): Buffer {
	return Buffer.from(Array.from({length}, () => random(256))).map(byte =>
		byte === 0x2f ? 0x2e : byte,
	) as Buffer;
}

function name(random: Random): string {
	return ['Z0', 'Z1', 'Z2', 'Z3', '', '.', 'Z0.d'][random(7)] ?? 'Z0';
}

function anyFrame(random: Random): Buffer {
	const content = noise(random, random(10) === 0 ? random(300_000) : random(200));
	switch (random(11)) {
		case 10:
			return encodeList(name(random));
		case 0:
			return encodeStat(Array.from({length: random(50)}, () => name(random)));
		case 1:
			return encodeRead(name(random), random(1000));
		case 2:
			return encodeRun({
				flags: random(random(5) === 0 ? 256 : 32),
				program: ['/bin/true', '/bin/false', '/bin/pwd', '/nowhere', ''][random(5)] ?? '',
				argv: Array.from({length: random(4)}, () => name(random)),
				env: Array.from({length: random(4)}, () => `${name(random)}=${name(random)}`),
				temps: Array.from({length: random(3)}, () => name(random)),
			});
		case 3:
		case 4:
		case 5: {
			const wrong = random(8) === 0 ? random(5) - 2 : 0;
			return Buffer.concat([
				encodeWrite(
					name(random),
					0o600 | random(0o1000),
					random(3) as WriteHow,
					Math.max(0, content.length + wrong),
				),
				encodeBytesHeader(content.length),
				content,
			]);
		}
		case 6:
			return encodeOut(random(2) === 0 ? 1 : 2, content);
		case 7:
			return encodeNop();
		case 8:
			return random(3) === 0 ? encodeExec() : encodeNop();
		default:
			return random(3) === 0 ? encodeFinish(random(50), random(4) === 0 ? 15 : 0) : encodeStat([]);
	}
}

/** Damages what is structure, never the text of a path. */
function damage(random: Random, frame: Buffer): Buffer {
	const damaged = Buffer.from(frame);
	switch (random(8)) {
		case 0:
			return damaged.subarray(0, random(damaged.length + 1));
		case 1:
			damaged.writeUInt32LE(random(2) === 0 ? random(2 ** 31) * 2 : random(300), 0);
			return damaged;
		case 2:
			damaged[4] = random(256);
			return damaged;
		case 3:
			if (damaged.length >= headerBytes + 4) {
				damaged.writeUInt32LE(
					[0, 1, 0xffffffff, 0x7fffffff, 0x80000000, random(1000)][random(6)] ?? 0,
					headerBytes,
				);
			}
			return damaged;
		case 4:
			return Buffer.concat([damaged, noise(random, random(20))]);
		case 5: {
			const junk = noise(random, random(100));
			const whole = Buffer.concat([Buffer.alloc(headerBytes), junk]);
			whole.writeUInt32LE(junk.length, 0);
			whole[4] = 0x10 + random(12);
			return whole;
		}
		default:
			return damaged;
	}
}

test('hostile daemons against the sanitized shim: it ends, and it never breaks', async t => {
	t.timeout(240_000);
	const built = mkdtempSync(join(tmpdir(), 'shim-asan-'));
	try {
		const shim = buildSanitized(built);
		let next = 0;
		const work = async (): Promise<void> => {
			while (next < cases) {
				const seed = next++;
				const random = seeded(seed);
				const frames = Array.from({length: 1 + random(8)}, () => anyFrame(random)).map(frame =>
					random(3) === 0 ? damage(random, frame) : frame,
				);
				const stream = Buffer.concat(frames);
				const pieces = 1 + random(4);
				const ending = random(4);
				const place = new Place(['gcc'], shim);
				place.fakeCompiler();
				const daemon = await new ScriptedDaemon(place.socket, async conversation => {
					for (let piece = 0; piece < pieces; piece++) {
						conversation.send(
							stream.subarray(
								(stream.length * piece) / pieces,
								(stream.length * (piece + 1)) / pieces,
							),
						);
						await new Promise(setImmediate);
					}
					if (ending < 2) {
						conversation.hangUp();
					} else if (ending === 2) {
						conversation.break();
					}
				}).start();
				let kill: NodeJS.Timeout | undefined;
				let hung = false;
				const ended = await place.run('gcc', ['x'], {
					env: {
						SCCACHE_SHIM_TIMEOUT_MS: '50',
						ASAN_OPTIONS: 'detect_leaks=0:exitcode=99:log_path=stderr',
						UBSAN_OPTIONS: 'print_stacktrace=1',
					},
					onStart: pid => {
						kill = setTimeout(() => {
							hung = true;
							process.kill(pid, 'SIGKILL');
						}, 20_000);
					},
				});
				clearTimeout(kill);
				await daemon.stop();
				place.remove();
				const report = `seed ${seed}: ${ended.code} ${ended.signal} ${ended.stderr.toString('latin1').slice(-3000)}`;
				t.false(hung, report);
				t.false(/Sanitizer|runtime error/.test(ended.stderr.toString('latin1')), report);
				t.not(ended.code, 99, report);
				t.not(ended.signal, 'SIGSEGV', report);
				t.not(ended.signal, 'SIGABRT', report);
			}
		};
		await Promise.all(Array.from({length: atOnce}, work));
	} finally {
		rmSync(built, {recursive: true, force: true});
	}
});
