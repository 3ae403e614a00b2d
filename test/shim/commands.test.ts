import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	closeSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {
	encodeBytesHeader,
	encodeFinish,
	encodeList,
	encodeNop,
	encodeOut,
	encodeRead,
	encodeStat,
	encodeWrite,
	stampBytes,
	type WriteHow,
	writeHow,
} from '../../src/protocol/frames.js';
import {inPlace} from './place.js';

const errnoOf = {
	ENOENT: 2,
	EISDIR: 21,
	EINVAL: 22,
	EFBIG: 27,
	ENOSPC: 28,
	ENOTDIR: 20,
	ELOOP: 40,
} as const;

function stampErrno(stamps: Buffer, index = 0): number {
	return stamps.readUInt32LE(index * stampBytes + 44);
}

function write(
	path: string,
	mode: number,
	how: WriteHow,
	content: Buffer,
	partBytes = 1 << 20,
): Buffer[] {
	const frames = [encodeWrite(path, mode, how, content.length)];
	for (let offset = 0; offset < content.length; offset += partBytes) {
		const part = content.subarray(offset, offset + partBytes);
		frames.push(encodeBytesHeader(part.length), part);
	}
	return frames;
}

function exists(path: string): boolean {
	try {
		lstatSync(path);
		return true;
	} catch {
		return false;
	}
}

function someBytes(length: number): Buffer {
	const bytes = Buffer.alloc(length);
	for (let index = 0; index < length; index++) {
		bytes[index] = (index * 2654435761) >>> 13;
	}
	return bytes;
}

/** The most memory that a process ever had, of what it brought itself. */
function peakKiB(pid: number): number {
	return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

/** A dynamic build brings libc's pages too. */
const mostKiB = 6 * 1024;

test('COMPILE says who, what and where', t =>
	inPlace(async place => {
		const real = place.fakeCompiler();
		const ended = await place.against(
			async conversation => {
				const request = await conversation.compile();
				t.is(request.invoked, 'gcc');
				t.is(request.compiler, real);
				t.is(request.cwd, place.work);
				t.deepEqual(request.args, ['-c', '', 'caf\xc3\xa9.c']);
				t.is(request.umask, 0o27);
				t.is(request.euid, process.geteuid?.() ?? -1);
				t.false(request.stdoutIsTerminal);
				t.false(request.stderrIsTerminal);
				t.true(request.startedNs > 1_600_000_000_000_000_000n);
				t.is(readFileSync(`/proc/${request.pid}/comm`, 'latin1'), 'gcc\n');
				const {env} = request;
				t.is(env.get('PATH'), place.environment.PATH);
				t.deepEqual(
					[
						env.get('LC_MESSAGES'),
						env.get('SCCACHE_DIR'),
						env.get('CPATH'),
						env.get('CC_PRINT_HEADERS'),
					],
					['de', '/x', 'a=b', '1'],
				);
				for (const name of [
					'HTTP_PROXY',
					'SCCACHE_DIST_TOKEN',
					'SCCACHE_REDIS_PASSWORD',
					'SCCACHE_S3_KEY',
					'SCCACHE_MY_SECRET',
					'PATHX',
				]) {
					t.false(env.has(name), name);
				}
				conversation.send(encodeFinish(0, 0));
			},
			'/bin/sh',
			['-c', `umask 27; exec ${place.shims}/gcc -c "" café.c`],
			{
				env: {
					LC_MESSAGES: 'de',
					SCCACHE_DIR: '/x',
					CPATH: 'a=b',
					CC_PRINT_HEADERS: '1',
					HTTP_PROXY: 'http://me:secret@proxy',
					SCCACHE_DIST_TOKEN: 't',
					SCCACHE_REDIS_PASSWORD: 'p',
					SCCACHE_S3_KEY: 'k',
					SCCACHE_MY_SECRET: 's',
					PATHX: 'no',
				},
			},
		);
		t.is(ended.code, 0);
	}));

test('a compiler found by a relative PATH is named absolutely', t =>
	inPlace(async place => {
		mkdirSync(join(place.work, 'bin'));
		place.script('gcc', 'exit 9', join(place.work, 'bin'));
		for (const [path, compiler] of [
			['bin', 'bin/gcc'],
			['', './gcc'],
		] as const) {
			place.script('gcc', 'exit 9', place.work);
			await place.against(
				async conversation => {
					t.is((await conversation.compile()).compiler, join(place.work, '/') + compiler);
					conversation.send(encodeFinish(0, 0));
				},
				'gcc',
				[],
				{env: {PATH: `${place.shims}:${path}`}},
			);
		}
	}));

test('STAT follows links, and tells a dangling link from nothing', t =>
	inPlace(async place => {
		place.fakeCompiler();
		writeFileSync(join(place.work, 'file'), 'twelve bytes');
		symlinkSync('file', join(place.work, 'link'));
		symlinkSync('nowhere', join(place.work, 'dangling'));
		const ended = await place.against(
			async conversation => {
				await conversation.compile();
				conversation.send(
					encodeStat(['file', join(place.work, 'link'), 'dangling', 'absent', 'file/x', '', '.']),
					encodeStat([]),
				);
				const stamps = await conversation.stamps();
				t.is(stamps.length, 7 * stampBytes);
				const info = statSync(join(place.work, 'file'), {bigint: true});
				for (const index of [0, 1]) {
					const stamp = stamps.subarray(index * stampBytes);
					t.is(stamp.readBigUInt64LE(0), info.dev);
					t.is(stamp.readBigUInt64LE(8), info.ino);
					t.is(stamp.readBigUInt64LE(16), 12n);
					t.is(stamp.readBigInt64LE(24), info.mtimeNs);
					t.is(stamp.readBigInt64LE(32), info.ctimeNs);
					t.is(stamp.readUInt32LE(40), Number(info.mode));
				}
				const errnos = [0, 1, 2, 3, 4, 5, 6].map(index => stampErrno(stamps, index));
				t.deepEqual(errnos, [
					0,
					0,
					errnoOf.ELOOP,
					errnoOf.ENOENT,
					errnoOf.ENOTDIR,
					errnoOf.ENOENT,
					0,
				]);
				t.true(stamps.subarray(2 * stampBytes, 3 * stampBytes - 4).every(byte => byte === 0));
				t.is((await conversation.stamps()).length, 0);
				conversation.send(encodeFinish(3, 0));
			},
			'gcc',
			[],
		);
		t.is(ended.code, 3);
	}));

test('STAT of 20 000 long paths', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const paths = Array.from({length: 20_000}, (_, index) =>
			index % 2 === 0 ? `/${'./'.repeat(50)}etc` : `/nowhere/${'x'.repeat(100)}`,
		);
		const ended = await place.against(
			async conversation => {
				conversation.send(encodeStat(paths), encodeNop());
				await conversation.compile();
				const stamps = await conversation.stamps();
				t.is(stamps.length, 20_000 * stampBytes);
				t.true(
					paths.every(
						(_, index) => stampErrno(stamps, index) === (index % 2 === 0 ? 0 : errnoOf.ENOENT),
					),
				);
				conversation.send(encodeFinish(0, 0));
			},
			'gcc',
			[],
		);
		t.is(ended.code, 0);
	}));

test('READ: a file, an empty one, one that is too long, and what can not be read', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const content = someBytes(300_000);
		writeFileSync(join(place.work, 'file'), content);
		writeFileSync(join(place.work, 'empty'), '');
		execFileSync('mkfifo', [join(place.work, 'fifo')]);
		await place.against(
			async conversation => {
				await conversation.compile();
				for (const [path, most, errno, bytes] of [
					['file', 300_000, 0, content],
					['empty', 0, 0, Buffer.alloc(0)],
					['file', 299_999, errnoOf.EFBIG, Buffer.alloc(0)],
					['absent', 10, errnoOf.ENOENT, Buffer.alloc(0)],
					['.', 10, errnoOf.EISDIR, Buffer.alloc(0)],
					['fifo', 10, errnoOf.EINVAL, Buffer.alloc(0)],
					['/dev/zero', 10, errnoOf.EINVAL, Buffer.alloc(0)],
				] as const) {
					conversation.send(encodeRead(path, most));
					const stamp = await conversation.stamps();
					t.is(stamp.length, stampBytes);
					t.is(stampErrno(stamp), errno === errnoOf.ENOENT ? errno : 0);
					const {done, data} = await conversation.dataUntilDone();
					t.is(done.errno, errno, path);
					t.true(data[0]?.equals(bytes), path);
				}
				conversation.send(encodeFinish(0, 0));
			},
			'gcc',
			[],
		);
	}));

test('LIST: a folder, a large and an empty one, and what is none', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const many = Array.from({length: 5000}, (_, index) => `a file with a long name ${index}`);
		for (const folder of ['full', 'empty']) mkdirSync(join(place.work, folder));
		for (const name of many) writeFileSync(join(place.work, 'full', name), '');
		writeFileSync(join(place.work, 'file'), '');
		await place.against(
			async conversation => {
				await conversation.compile();
				for (const [path, errno, names] of [
					['full', 0, many],
					['empty', 0, []],
					['absent', errnoOf.ENOENT, []],
					['file', errnoOf.ENOTDIR, []],
				] as const) {
					conversation.send(encodeList(path));
					const {done, data} = await conversation.dataUntilDone();
					t.is(done.errno, errno, path);
					const listed = (data[0] ?? Buffer.alloc(0)).toString('latin1').split('\0').slice(0, -1);
					t.deepEqual(listed.sort(), [...names].sort(), path);
				}
				conversation.send(encodeFinish(0, 0));
			},
			'gcc',
			[],
		);
	}));

test('10 MiB through READ, WRITE and OUT, with little memory', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const content = someBytes(10 * 1024 * 1024 + 17);
		writeFileSync(join(place.work, 'in'), content);
		const ended = await place.against(
			async conversation => {
				const {pid} = await conversation.compile();
				conversation.send(encodeRead('in', 1e9));
				await conversation.stamps();
				const {done, data} = await conversation.dataUntilDone();
				t.is(done.errno, 0);
				t.true(data[0]?.equals(content));
				conversation.send(
					...write('whole', 0o666, writeHow.rename, content, 16 * 1024 * 1024),
					...write('parts', 0o666, writeHow.inPlace, content, 70_001),
				);
				t.is((await conversation.done()).errno, 0);
				t.is((await conversation.done()).errno, 0);
				conversation.send(encodeOut(1, content), encodeRead('absent', 0));
				await conversation.stamps();
				await conversation.done();
				t.true(peakKiB(pid) < mostKiB, `${peakKiB(pid)} KiB`);
				conversation.send(encodeFinish(0, 0));
			},
			'gcc',
			[],
		);
		t.is(ended.code, 0);
		t.true(ended.stdout.equals(content));
		t.true(readFileSync(join(place.work, 'whole')).equals(content));
		t.true(readFileSync(join(place.work, 'parts')).equals(content));
	}));

interface Tool {
	readonly name: string;
	readonly how: WriteHow;
	readonly args: readonly string[];
}

const tools: readonly Tool[] = [
	{name: 'cc1', how: writeHow.inPlace, args: ['/usr/bin/gcc', '-S']},
	{name: 'GNU as', how: writeHow.unlinkFirst, args: ['/usr/bin/gcc', '-c']},
	{name: 'clang', how: writeHow.rename, args: ['/usr/bin/clang', '-c']},
];

/** What stands at the output's path before the compile. */
const outputs: Readonly<Record<string, (folder: string) => void>> = {
	nothing: () => {},
	'a file': folder => writeFileSync(join(folder, 'out'), 'old'),
	'an executable file': folder => writeFileSync(join(folder, 'out'), 'old', {mode: 0o755}),
	'an empty executable file': folder => writeFileSync(join(folder, 'out'), '', {mode: 0o755}),
	'a read-only file': folder => writeFileSync(join(folder, 'out'), 'old', {mode: 0o444}),
	'a hard link': folder => {
		writeFileSync(join(folder, 'other'), 'old');
		linkSync(join(folder, 'other'), join(folder, 'out'));
	},
	'a symlink': folder => {
		writeFileSync(join(folder, 'other'), 'old');
		symlinkSync('other', join(folder, 'out'));
	},
	'a symlink to an empty file': folder => {
		writeFileSync(join(folder, 'other'), '');
		symlinkSync('other', join(folder, 'out'));
	},
	'a symlink to nothing': folder => symlinkSync('other', join(folder, 'out')),
	'a symlink to /dev/null': folder => symlinkSync('/dev/null', join(folder, 'out')),
};

/** Everything about a folder that the compile can have changed. */
function describe(folder: string): Record<string, unknown> {
	const entries = readdirSync(folder).sort();
	return Object.fromEntries(
		entries.map(name => {
			const path = join(folder, name);
			const info = lstatSync(path);
			const content = info.isSymbolicLink()
				? `-> ${readlinkSync(path)}`
				: readFileSync(path).toString('hex');
			return [name, {mode: info.mode.toString(8), links: info.nlink, content}];
		}),
	);
}

for (const tool of tools) {
	const run = existsSync(tool.args[0] ?? '') ? test : test.skip;
	run(`WRITE leaves what ${tool.name} leaves, whatever was there`, t =>
		inPlace(async place => {
			place.fakeCompiler();
			writeFileSync(join(place.folder, 'a.c'), 'int x = 42;\n');
			for (const mask of ['022', '077']) {
				for (const [what, prepare] of Object.entries(outputs)) {
					const theirs = join(place.folder, `theirs-${mask}-${what.replaceAll('/', '-')}`);
					const ours = join(place.folder, `ours-${mask}-${what.replaceAll('/', '-')}`);
					for (const folder of [theirs, ours]) {
						mkdirSync(folder);
						prepare(folder);
					}
					execFileSync(
						'sh',
						['-c', `umask ${mask}; exec "$@"`, 'sh', ...tool.args, '../a.c', '-o', 'out'],
						{cwd: theirs},
					);
					const product = readFileSync(join(theirs, 'out'));
					const ended = await place.against(
						async conversation => {
							await conversation.compile();
							conversation.send(...write('out', 0o666, tool.how, product));
							t.is((await conversation.done()).errno, 0);
							conversation.send(encodeFinish(0, 0));
						},
						'/bin/sh',
						['-c', `umask ${mask}; exec ${place.shims}/gcc`],
						{cwd: ours},
					);
					t.is(ended.code, 0);
					t.deepEqual(describe(ours), describe(theirs), `${what}, umask ${mask}`);
				}
			}
			t.true(statSync('/dev/null').isCharacterDevice());
		}),
	);
}

test('WRITE applies the mode that it is given', t =>
	inPlace(async place => {
		place.fakeCompiler();
		for (const how of [0, 1, 2] as const) {
			await place.against(
				conversation =>
					conversation.send(
						...write(`out${how}`, 0o755, how, Buffer.from('x')),
						encodeFinish(0, 0),
					),
				'/bin/sh',
				['-c', `umask 27; exec ${place.shims}/gcc`],
			);
			t.is(statSync(join(place.work, `out${how}`)).mode & 0o7777, 0o750);
		}
	}));

test('a WRITE that fails: DONE says why, the real compiler runs, nothing half written stays', t =>
	inPlace(async place => {
		place.fakeCompiler();
		mkdirSync(join(place.work, 'folder'));
		for (const how of [0, 1, 2] as const) {
			for (const [path, errno] of [
				['/dev/full', errnoOf.ENOSPC],
				['nowhere/out', errnoOf.ENOENT],
				['folder', errnoOf.EISDIR],
				['x'.repeat(300), 36],
				['y/'.repeat(3000), 36],
			] as const) {
				const ended = await place.against(
					async conversation => {
						await conversation.compile();
						conversation.send(
							...write(path, 0o666, how, Buffer.alloc(100_000)),
							encodeOut(1, Buffer.from('not to be seen')),
							encodeFinish(0, 0),
						);
						t.is((await conversation.done()).errno, errno, `${how} ${path}`);
					},
					'gcc',
					['x'],
				);
				t.is(ended.code, 9);
				t.regex(ended.stdout.toString(), /^real /);
				t.deepEqual(readdirSync(place.work), ['folder']);
				t.deepEqual(readdirSync(join(place.work, 'folder')), []);
			}
		}
		t.true(statSync('/dev/full').isCharacterDevice());
	}));

const asRoot = process.geteuid?.() === 0 ? test : test.skip;

asRoot('clang does not write what it may not write, although it could be renamed over', t =>
	inPlace(async place => {
		place.fakeCompiler();
		chmodSync(place.work, 0o777);
		writeFileSync(join(place.work, 'out'), 'old', {mode: 0o444});
		const ended = await place.against(
			async conversation => {
				chmodSync(place.socket, 0o777);
				await conversation.compile();
				conversation.send(
					...write('out', 0o666, writeHow.rename, Buffer.from('x')),
					encodeFinish(0, 0),
				);
				t.is((await conversation.done()).errno, 1);
			},
			'/bin/sh',
			[
				'-c',
				`while ! test -w ${place.socket}; do chmod 777 ${place.socket}; done; exec setpriv --reuid 65534 --regid 65534 --clear-groups ${place.shims}/gcc`,
			],
		);
		t.is(ended.code, 9);
		t.is(readFileSync(join(place.work, 'out'), 'latin1'), 'old');
	}),
);

test('OUT to a full device: the real compiler shall say so', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const full = openSync('/dev/full', 'w');
		const ended = await place.against(
			conversation => conversation.send(encodeOut(1, Buffer.from('text')), encodeFinish(0, 0)),
			'gcc',
			['x'],
			{stdio: ['ignore', full, 'pipe']},
		);
		closeSync(full);
		t.regex(ended.stderr.toString(), /rror/, "the shell's echo complained");
	}));

test('OUT to both channels, in order; FINISH with a code and with a signal', t =>
	inPlace(async place => {
		place.fakeCompiler();
		const both = await place.against(
			conversation =>
				conversation.send(
					encodeOut(1, Buffer.from('o1')),
					encodeOut(2, Buffer.from('e1')),
					encodeOut(1, Buffer.from('o2')),
					encodeFinish(77, 0),
				),
			'gcc',
			[],
		);
		t.deepEqual([both.stdout.toString(), both.stderr.toString(), both.code], ['o1o2', 'e1', 77]);
		const killed = await place.against(
			conversation => conversation.send(encodeFinish(0, 11)),
			'gcc',
			[],
		);
		t.is(killed.signal, 'SIGSEGV');
		t.false(exists(join(place.work, 'core')));
	}));

test('half a file does not outlive a signal', t =>
	inPlace(async place => {
		place.fakeCompiler();
		for (const how of [0, 1, 2] as const) {
			const ended = await place.against(
				async conversation => {
					const {pid} = await conversation.compile();
					conversation.send(
						encodeWrite('half.o', 0o666, how, 100),
						encodeBytesHeader(100),
						Buffer.from('only this'),
					);
					// the file is there as soon as the shim has seen the frame
					while (readdirSync(place.work).length === 0) {
						await new Promise(setImmediate);
					}
					process.kill(pid, 'SIGTERM');
				},
				'gcc',
				[],
			);
			t.is(ended.signal, 'SIGTERM');
			t.deepEqual(readdirSync(place.work), []);
		}
	}));
