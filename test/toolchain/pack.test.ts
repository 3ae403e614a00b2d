import {execFileSync, spawnSync} from 'node:child_process';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {ArchiveTree} from '../../src/toolchain/archive-tree.js';
import {askHere} from '../../src/toolchain/ask-compiler.js';
import {packToolchain, toolchainEntries} from '../../src/toolchain/pack.js';
import {addLibraries} from '../../src/toolchain/program-parts.js';
import {unpack, usualUnpackLimits} from '../../src/toolchain/unpack.js';
import {type WrittenArchive, writeArchive} from '../../src/toolchain/write-archive.js';
import {tempFolder} from './temp-folder.js';

const bwrap = [
	'bwrap',
	'--unshare-all',
	'--die-with-parent',
	'--clearenv',
	'--proc',
	'/proc',
	'--dev',
	'/dev',
];
const hasBwrap =
	spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', '/bin/true']).status === 0;
const hasClang = existsSync('/usr/bin/clang++');
const inSandbox = hasBwrap ? test : test.skip;
const why = hasBwrap ? '' : ' (skipped: no bwrap that works)';
const inSandboxWithClang = hasBwrap && hasClang ? test : test.skip;
const whyClang = hasClang ? why : ' (skipped: no clang)';

interface Packed {
	readonly archive: string;
	readonly written: WrittenArchive;
	/** Unpacked. */
	readonly root: string;
}

let folder: string;
let gcc: Packed;

async function pack(compiler: string, name: string): Promise<Packed> {
	const archive = join(folder, `${name}.tar.gz`);
	const written = await packToolchain({compiler, ask: askHere}, archive);
	const root = join(folder, name);
	mkdirSync(root);
	await unpack({archive, id: written.id, folder: root, limits: usualUnpackLimits});
	return {archive, written, root};
}

test.before(async () => {
	folder = mkdtempSync(join(tmpdir(), 'sccache-pack-'));
	gcc = await pack('/usr/bin/gcc', 'gcc');
});
test.after.always(() => rmSync(folder, {recursive: true, force: true}));

test('two packings, of the C and of the C++ compiler, give the same bytes', async t => {
	const {written, archive} = gcc;
	const again = join(tempFolder(t), 'again');
	t.deepEqual(await packToolchain({compiler: '/usr/bin/g++', ask: askHere}, again), written);
	t.true(readFileSync(again).equals(readFileSync(archive)));
	t.is(written.sizeBytes, readFileSync(archive).length);
	t.is(spawnSync('gzip', ['-t', archive]).status, 0);
});

test('owner, time and modes of the entries say nothing of the host', t => {
	const listing = execFileSync('tar', ['tvzf', gcc.archive, '--numeric-owner'], {encoding: 'utf8'});
	for (const line of listing.trim().split('\n'))
		t.regex(line, /^(?:[dl]rwxr-xr-x|-rwxr-xr-x|-rw-r--r--) 0\/0 +\d+ 2006-07-2\d /);
});

test('a compiler that is a script, or none, is not packed', async t => {
	const script = join(tempFolder(t), 'gcc');
	writeFileSync(script, '#!/bin/sh\nexec gcc "$@"\n', {mode: 0o755});
	const file = join(tempFolder(t), 'never');
	const cases = [
		[script, /is a script/],
		['/bin/ls', /neither gcc nor clang/],
		['/nonexistent/gcc', /can't be read/],
	] as const;
	for (const [compiler, message] of cases) {
		await t.throwsAsync(packToolchain({compiler, ask: askHere}, file), {
			code: 'TOOLCHAIN_UNPACKABLE',
			message,
		});
		t.false(existsSync(file));
	}
});

/** Compiles where the toolchain alone is, with an empty environment, and outside, in folders of the same name; both objects. */
function bothObjects(
	t: ExecutionContext,
	{root}: Packed,
	compile: readonly string[],
	[source, text]: readonly [string, string],
): readonly [inside: Buffer, outside: Buffer] {
	const work = tempFolder(t);
	mkdirSync(join(root, work), {recursive: true});
	for (const place of [work, join(root, work)]) writeFileSync(join(place, source), text);
	const sandbox = [...bwrap, '--bind', root, '/', '--chdir', work, '--', ...compile];
	const [inside, outside] = [sandbox, compile].map(([program = '', ...args]) =>
		spawnSync(program, args, {cwd: work, encoding: 'utf8'}),
	);
	t.is(inside?.status, 0, inside?.stderr);
	t.is(outside?.status, 0, outside?.stderr);
	return [readFileSync(join(root, work, 'out.o')), readFileSync(join(work, 'out.o'))];
}

function preprocessed(compiler: string, language: string, text: string): string {
	return execFileSync(compiler, ['-E', '-x', language, '-'], {input: text, encoding: 'utf8'});
}

const cText = '#include <stdio.h>\nint f(int *x) { return printf("%d", x[0]) + x[1]; }\n';
const cxxText =
	'#include <vector>\nint f(std::vector<int> &v) { v.push_back(1); return v.size(); }\n';
for (const flags of [
	['-O2', '-g'],
	['-O2', '-flto'],
	['-O2', '-flto', '-ffat-lto-objects'],
	['-O3', '-march=x86-64-v3', '-mtune=skylake', '--param', 'l1-cache-size=32'],
	['-O2', '-pipe', '-fPIC', '-fstack-protector-strong'],
]) {
	inSandbox(`the packed gcc and g++ with ${flags.join(' ')} compile as outside${why}`, t => {
		const rest = ['-fpreprocessed', '-frandom-seed=1', ...flags, '-o', 'out.o', '-c'];
		const c = ['a.i', preprocessed('/usr/bin/gcc', 'c', cText)] as const;
		const [inside, outside] = bothObjects(t, gcc, ['/usr/bin/gcc', ...rest, 'a.i'], c);
		t.true(inside.equals(outside));
		const cxx = ['a.ii', preprocessed('/usr/bin/g++', 'c++', cxxText)] as const;
		const [inner, outer] = bothObjects(t, gcc, ['/usr/bin/g++', ...rest, 'a.ii'], cxx);
		t.true(inner.equals(outer));
	});
}

inSandbox(`the packed gcc splits debugging information off${why}`, t => {
	const compile = [
		'/usr/bin/cc',
		'-fpreprocessed',
		'-g',
		'-gsplit-dwarf',
		'-o',
		'out.o',
		'-c',
		'a.i',
	];
	const c = ['a.i', preprocessed('/usr/bin/gcc', 'c', cText)] as const;
	const [inside, outside] = bothObjects(t, gcc, compile, c);
	t.true(inside.equals(outside));
	t.true(inside.includes('.debug_addr'));
});

inSandbox(
	`diagnostics of the packed gcc have the quotes of UTF-8 where those are asked for${why}`,
	t => {
		writeFileSync(join(gcc.root, 'tmp/w.i'), 'int f(void) { return g; }\n');
		const run = (env: readonly string[]) =>
			spawnSync(
				bwrap[0] as string,
				[
					...bwrap.slice(1),
					'--bind',
					gcc.root,
					'/',
					...env,
					'--',
					'/usr/bin/gcc',
					'-c',
					'/tmp/w.i',
				],
				{encoding: 'utf8'},
			).stderr;
		t.regex(run([]), /'g' undeclared/);
		if (existsSync('/usr/lib/locale/C.utf8'))
			t.regex(run(['--setenv', 'LC_ALL', 'C.UTF-8']), /‘g’ undeclared/);
	},
);

inSandboxWithClang(`the packed clang and clang++ compile as outside${whyClang}`, async t => {
	const clang = await pack('/usr/bin/clang', 'clang');
	const rest = ['-O2', '-o', 'out.o', '-c'];
	const c = ['a.i', preprocessed('/usr/bin/clang', 'c', cText)] as const;
	for (const flags of [[], ['-flto'], ['-fno-integrated-as']]) {
		const compile = ['/usr/bin/clang', ...flags, ...rest, 'a.i'];
		const [inside, outside] = bothObjects(t, clang, compile, c);
		t.true(inside.equals(outside), flags.join(' '));
	}
	const own = [
		'a.cpp',
		'#include <stddef.h>\n#include <stdarg.h>\nsize_t f() { return 1; }\n',
	] as const;
	const [inside, outside] = bothObjects(t, clang, ['/usr/bin/clang++', ...rest, 'a.cpp'], own);
	t.true(inside.equals(outside));
	const twin = await toolchainEntries({compiler: realpathSync('/usr/bin/clang'), ask: askHere});
	const first = await toolchainEntries({compiler: '/usr/bin/clang++', ask: askHere});
	t.deepEqual(twin, first);
});

inSandbox(
	`a library that only the host's loader cache leads to is found in the sandbox${why}`,
	async t => {
		const place = realpathSync(tempFolder(t));
		const libraries = join(place, 'elsewhere');
		mkdirSync(libraries);
		writeFileSync(join(place, 'l.c'), 'int answer(void) { return 42; }\n');
		writeFileSync(join(place, 'm.c'), 'int answer(void); int main(void) { return answer(); }\n');
		const build = (...args: string[]) => execFileSync('gcc', args, {cwd: place});
		build('-shared', '-fPIC', '-o', 'elsewhere/libanswer.so', 'l.c');
		build('-o', 'knows', 'm.c', '-Lelsewhere', '-lanswer', `-Wl,-rpath,${libraries}`);
		build('-o', 'asks', 'm.c', '-Lelsewhere', '-lanswer');
		const tree = new ArchiveTree();
		tree.addEmptyFolder('/tmp');
		await addLibraries(tree, join(place, 'knows'));
		const archive = join(place, 'archive');
		const {id} = await writeArchive(tree.entries(), archive);
		const root = join(place, 'root');
		mkdirSync(root);
		await unpack({archive, id, folder: root, limits: usualUnpackLimits});
		copyFileSync(join(place, 'asks'), join(root, dirname(place), 'asks'));
		const args = [...bwrap.slice(1), '--bind', root, '/', '--', join(dirname(place), 'asks')];
		t.is(spawnSync(bwrap[0] as string, args).status, 42);
	},
);
