import {spawnSync} from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {
	type Distributing,
	startDistributing,
	unableToDistribute,
	untilDistributing,
} from './distributing.js';
import {settle, total} from './farm.js';

/** Sources that lie, look or are named unlike others: a server makes of them what this machine would. */

const unable = unableToDistribute();
const because = unable === undefined ? '' : ` (${unable})`;
const compilers = ['gcc', ...(existsSync('/usr/bin/clang') ? ['clang'] : [])];
const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

let distributing: Distributing;
test.before(async () => {
	if (unable !== undefined) return;
	distributing = await startDistributing();
	for (const compiler of compilers) await untilDistributing(distributing.farm, compiler);
});
test.after.always(() => distributing?.close());

interface Variant {
	readonly name: string;
	/** By their names in the work folder. */
	readonly files: Readonly<Record<string, string>>;
	/** By their names; to what they lead. */
	readonly links?: Readonly<Record<string, string>>;
	/** Where the compile runs. */
	readonly cwd?: string;
	/** `{root}`: the work folder. */
	readonly args: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** The reason that is counted when no server can do it; undefined: one does. */
	readonly stays?: Partial<Record<string, string>>;
	/** For a compile that is not served again from its direct key. */
	readonly hits?: 'directHits' | 'preprocessedHits' | 'none';
}

const warns = 'int f(void) { int unused = 3; return 1 == 1.0f ? (char)300 : 0; }\n';
const long = 'a-folder-whose-name-is-quite-long/'.repeat(30);

const variants: readonly Variant[] = [
	{
		name: 'sources and outputs behind ..',
		files: {
			'src/a.c': '#include "deep/../b.h"\n#include <c.h>\nint a = B + C;\n',
			'src/b.h': '#define B 1\n',
			'src/deep/keep': '',
			'include/c.h': '#define C 2\n',
			'build/sub/keep': '',
		},
		cwd: 'build',
		args: ['-g', '-c', '../src/a.c', '-I../include', '-o', 'sub/a.o', '-MD'],
	},
	{
		name: 'a symlinked source folder',
		files: {'real/src/a.c': '#include "a.h"\nint a = A;\n', 'real/src/a.h': '#define A 1\n'},
		links: {src: 'real/src'},
		args: ['-g', '-c', 'src/a.c', '-o', 'a.o', '-MD'],
	},
	{
		name: 'a header of the system that is a link to a shorter name',
		files: {
			'a.c': '#include <long-name.h>\nint a = A;\n',
			's.h': '#define A 4\n',
			'sys/include/other.h': '',
		},
		links: {'sys/include/long-name.h': '../../s.h'},
		args: ['-g', '-c', 'a.c', '-o', 'a.o', '-MD', '-isystem', '{root}/sys/include'],
		stays: {gcc: 'INPUTS_UNSENDABLE'},
	},
	{
		name: '.. after a symlink, which does not lead back',
		files: {
			'a.c': '#include "link/../x.h"\nint a = X;\n',
			'x.h': '#define X wrong\n',
			'elsewhere/x.h': '#define X 5\n',
			'elsewhere/deep/keep': '',
		},
		links: {link: 'elsewhere/deep'},
		args: ['-g', '-c', 'a.c'],
	},
	{
		name: '.. after a symlink, with both files included',
		files: {
			'a.c': '#include "link/../x.h"\n#include "x.h"\nint a = X + Y;\n',
			'x.h': '#define Y 7\n',
			'elsewhere/x.h': '#define X 5\n',
			'elsewhere/deep/keep': '',
		},
		links: {link: 'elsewhere/deep'},
		args: ['-g', '-c', 'a.c'],
		stays: {gcc: 'INPUTS_UNSENDABLE', clang: 'INPUTS_UNSENDABLE'},
	},
	{
		name: 'a cwd whose name is a symlink',
		files: {'real/a.c': 'const char *a(void) { return __FILE__; }\n', keep: ''},
		links: {work: 'real'},
		cwd: 'work',
		args: ['-g', '-c', 'a.c'],
	},
	{
		name: '#pragma once in a header of two names',
		files: {
			'a.c': '#include "one.h"\n#include "two.h"\nint a = sizeof(struct S);\n',
			'one.h': '#pragma once\nstruct S { int x; };\n',
		},
		links: {'two.h': 'one.h'},
		args: ['-g', '-c', 'a.c'],
		stays: {clang: 'INPUTS_UNSENDABLE'},
	},
	{
		name: '#pragma once in two headers of one content and different times',
		files: {
			'a.c': '#include "one/x.h"\n#include "two/x.h"\nint a = __COUNTER__;\n',
			'one/x.h': '#pragma once\nextern int x[__COUNTER__ + 1];\n',
			'two/x.h': '#pragma once\nextern int x[__COUNTER__ + 1];\n',
		},
		args: ['-E', '-c', 'a.c'],
	},
	{
		name: '#include_next',
		files: {
			'a.c': '#include <x.h>\nint a = X + Y;\n',
			'one/x.h': '#define X 1\n#include_next <x.h>\n',
			'two/x.h': '#define Y 2\n',
			'three/x.h': '#error never\n',
		},
		args: ['-g', '-c', '-Ione', '-Itwo', '-isystem', 'three', 'a.c', '-MD'],
	},
	{
		name: '#include_next through a folder given twice under two names',
		files: {
			'a.c': '#include <x.h>\nint a = X + Y;\n',
			'one/x.h': '#ifdef X\n#error twice\n#endif\n#define X 1\n#include_next <x.h>\n',
			'two/x.h': '#define Y 2\n',
		},
		links: {again: 'one'},
		args: ['-g', '-c', '-Ione', '-Iagain', '-Itwo', 'a.c', '-MD'],
		stays: {gcc: 'INPUTS_UNSENDABLE', clang: 'INPUTS_UNSENDABLE'},
	},
	{
		name: '__has_include, true and false',
		files: {
			'a.c':
				'#if __has_include("there.h") && !__has_include("missing.h") && !__has_include(<no/such.h>)\nint a = 1;\n#else\nint wrong = 2;\n#endif\n',
			'there.h': '#error only asked for\n',
		},
		args: ['-g', '-c', 'a.c'],
	},
	{
		name: '__FILE__ and assert',
		files: {
			'dir/a.c':
				'#include <assert.h>\nconst char *a(int x) { assert(x); return __FILE__ __BASE_FILE__; }\n',
		},
		args: ['-c', './dir/../dir/a.c', '-o', 'a.o'],
	},
	{
		name: '__TIMESTAMP__',
		files: {'a.c': 'const char *a = __TIMESTAMP__;\n'},
		args: ['-c', 'a.c'],
		env: {TZ: 'UTC'},
		stays: {gcc: 'not known which files decide', clang: 'not known which files decide'},
		hits: 'preprocessedHits',
	},
	{
		name: '-include and -imacros',
		files: {'a.c': 'int a = A + B;\n', 'a.h': '#define A 1\n', 'inc/b.h': '#define B 2\n'},
		args: ['-g', '-c', '-Iinc', '-include', 'a.h', '-imacros', 'b.h', 'a.c', '-MD'],
	},
	{
		name: 'names in UTF-8',
		files: {'grüße/käse.c': '#include "größe.h"\nint a = 1;\n', 'grüße/größe.h': '#define G 1\n'},
		args: ['-g', '-c', 'grüße/käse.c', '-o', 'grüße/käse.o', '-MD'],
	},
	{
		name: 'names with spaces, quotes and dollars',
		files: {
			'a folder/it\'s "a" $x.c': '#include "b c.h"\nint a = B;\n',
			'a folder/b c.h': '#define B 1\n',
		},
		args: ['-g', '-c', 'a folder/it\'s "a" $x.c', '-o', 'a folder/o u t.o', '-MD'],
	},
	{
		name: 'very long paths',
		files: {[`${long}a.c`]: '#include "b.h"\nint a = B;\n', [`${long}b.h`]: '#define B 1\n'},
		args: ['-g', '-c', `${long}a.c`, '-o', `${long}a.o`, '-MD'],
	},
	{
		name: 'response files',
		files: {
			'a.c': '#include <b.h>\nint a = B + C;\n',
			'inc/b.h': '#define B 1\n',
			options: '-Iinc "-DC=2 + 2"\n@more\n',
			more: '-g -O2\n',
		},
		args: ['-c', '@options', 'a.c'],
	},
	{
		name: 'warnings that quote their lines',
		files: {
			'a.c': `#include "b.h"\n${warns}`,
			'b.h': '\tstatic int g(int x) { return x == 1.5f; }\n',
		},
		args: ['-Wall', '-Wextra', '-Wfloat-equal', '-c', 'a.c'],
	},
	{
		name: 'warnings of headers of the system',
		files: {'a.c': '#include <stdio.h>\nvoid f(const char *x) { printf("%d\\n", x); }\n'},
		args: ['-Wall', '-c', 'a.c'],
	},
	{
		name: 'UTF-8 in what is quoted',
		files: {'a.c': 'int a(void) { const char *grüße = "größe"; return 0; }\n'},
		args: ['-Wall', '-finput-charset=UTF-8', '-c', 'a.c'],
		stays: {},
	},
	{
		name: 'warnings in German, where there is none on a server',
		files: {'a.c': warns},
		args: ['-Wall', '-c', 'a.c'],
		env: {LANG: 'de_DE.UTF-8'},
		stays: {gcc: 'REMOTE_DIAGNOSTICS', clang: 'REMOTE_DIAGNOSTICS'},
	},
	{
		name: 'no warnings, in German',
		files: {'a.c': 'int a;\n'},
		args: ['-Wall', '-c', 'a.c'],
		env: {LANG: 'de_DE.UTF-8'},
	},
	{
		name: 'a package that is not to be distributed is cached',
		files: {'a.c': 'int a;\n'},
		args: ['-c', 'a.c'],
		env: {SCCACHE_NO_DIST: '1'},
		stays: {gcc: 'SCCACHE_NO_DIST', clang: 'SCCACHE_NO_DIST'},
	},
];

function lay(t: ExecutionContext, folder: string, {files, links = {}}: Variant): void {
	const {farm} = distributing;
	for (const [name, text] of Object.entries(files)) {
		const path = farm.write(join(folder, name), text);
		// A second that is not this one, and not the same for all.
		const atS = 1_700_000_000 + name.length;
		utimesSync(path, atS, atS);
	}
	for (const [name, target] of Object.entries(links)) {
		symlinkSync(target, join(farm.work, folder, name));
	}
	t.true(existsSync(join(farm.work, folder)));
	settle();
}

/** Every file that the sources are not. */
function outputs(folder: string, sources: ReadonlySet<string>): ReadonlyMap<string, string> {
	const files = readdirSync(folder, {recursive: true, withFileTypes: true});
	const paths = files
		.filter(file => file.isFile())
		.map(file => join(file.parentPath, file.name).slice(folder.length + 1))
		.filter(name => !sources.has(name));
	return new Map(
		paths
			.sort()
			.map(name => [
				name,
				`${statSync(join(folder, name)).mode} ${readFileSync(join(folder, name), 'latin1')}`,
			]),
	);
}

function remove(folder: string, names: Iterable<string>): void {
	for (const name of names) rmSync(join(folder, name));
}

for (const compiler of compilers) {
	for (const [index, variant] of variants.entries()) {
		const check = unable === undefined ? test.serial : test.skip;
		check(`${compiler}: ${variant.name}${because}`, async t => {
			const {farm} = distributing;
			const folder = `${compiler}-${index}`;
			lay(t, folder, variant);
			const root = join(farm.work, folder);
			const sources = new Set([...Object.keys(variant.files), ...Object.keys(variant.links ?? {})]);
			const options = {cwd: join(root, variant.cwd ?? ''), env: variant.env ?? {}};
			const given = variant.args.map(arg => arg.replace('{root}', root));
			const args = compiler === 'gcc' ? ['-frandom-seed=1', ...given] : given;
			const plain = farm.plain(compiler, args, options);
			const expected = outputs(root, sources);
			t.is(plain.code, 0, plain.stderr);
			const stays = variant.stays?.[compiler];
			const {hits = 'directHits'} = variant;
			for (const pass of ['cold', 'warm'] as const) {
				remove(root, outputs(root, sources).keys());
				const counted = await farm.during(() => {
					t.deepEqual(farm.run(compiler, args, options), plain, pass);
				});
				t.deepEqual(outputs(root, sources), expected, pass);
				const about = `${pass}: ${JSON.stringify(counted)}\n${farm.daemonSaid}`;
				if (variant.args.includes('-E')) continue;
				t.is(counted[pass === 'cold' ? 'misses' : (hits as 'directHits')], 1, about);
				if (pass === 'warm') continue;
				t.is(counted.away, stays === undefined ? 1 : 0, about);
				t.deepEqual(counted.stayed, stays === undefined ? {} : {[stays]: 1}, about);
			}
		});
	}

	const onTerminal = unable === undefined && hasTerminal ? test.serial : test.skip;
	onTerminal(`${compiler}: a terminal gets its colours${because}`, async t => {
		const {farm} = distributing;
		const cwd = join(farm.work, `${compiler}-colours`);
		farm.write(`${compiler}-colours/a.c`, warns);
		settle();
		const on = (PATH: string | undefined) =>
			spawnSync('script', ['-qec', `${compiler} -Wall -c a.c`, '/dev/null'], {
				cwd,
				env: {...farm.environment(), PATH, TERM: 'xterm-256color', SHELL: '/bin/sh'},
				encoding: 'latin1',
			}).stdout;
		const colored = on('/usr/bin:/bin');
		t.true(colored.includes('\x1b['));
		const counted = await farm.during(() => {
			t.is(on(farm.environment().PATH), colored, 'cold');
			t.is(on(farm.environment().PATH), colored, 'warm');
		});
		t.is(counted.away, 1, JSON.stringify(counted));
		t.is(counted.directHits, 1);
	});

	const check = unable === undefined ? test.serial : test.skip;
	check(`${compiler}: names that are not UTF-8 stay here${because}`, async t => {
		const {farm} = distributing;
		const cwd = join(farm.work, `${compiler}-latin`);
		mkdirSync(cwd);
		const script = `printf 'int a;\\n' > "$(printf 'k\\344se.c')"; sleep 0.05
			exec ${compiler} -c "$(printf 'k\\344se.c')" -o out.o`;
		const run = (PATH: string | undefined) =>
			spawnSync('sh', ['-c', script], {cwd, env: {...farm.environment(), PATH}});
		t.is(run('/usr/bin:/bin').status, 0);
		const expected = readFileSync(join(cwd, 'out.o'));
		const counted = await farm.during(() => {
			const {status, stderr} = run(farm.environment().PATH);
			t.is(status, 0, String(stderr));
		});
		t.deepEqual(readFileSync(join(cwd, 'out.o')), expected);
		t.deepEqual(counted.stayed, {INPUTS_UNSENDABLE: 1}, JSON.stringify(counted));
		t.deepEqual(counted.failedServers, {});
	});

	check(`${compiler}: outputs have the umask's permissions${because}`, async t => {
		const {farm} = distributing;
		const folder = `${compiler}-umask`;
		farm.write(`${folder}/a.c`, 'int a = N;\n');
		settle();
		const cwd = join(farm.work, folder);
		for (const [index, umask] of ['000', '077', '027'].entries()) {
			const line = `umask ${umask}; rm -f a.o a.d; exec ${compiler} -c -DN=${index} -MD a.c`;
			const modesWith = (PATH: string | undefined) => {
				spawnSync('sh', ['-c', line], {cwd, env: {...farm.environment(), PATH}});
				return ['a.o', 'a.d'].map(name => statSync(join(cwd, name)).mode);
			};
			const expected = modesWith('/usr/bin:/bin');
			const counted = await farm.during(() => {
				t.deepEqual(modesWith(farm.environment().PATH), expected, umask);
			});
			t.is(counted.away, 1, JSON.stringify(counted));
		}
	});

	check(
		`${compiler}: a compile that fails says so, and the next one goes out${because}`,
		async t => {
			const {farm} = distributing;
			const cwd = join(farm.work, `${compiler}-wrong`);
			farm.write(`${compiler}-wrong/a.c`, 'int a = b;\n');
			farm.write(`${compiler}-wrong/b.c`, 'int b;\n');
			settle();
			const plain = farm.plain(compiler, ['-c', 'a.c'], {cwd});
			t.is(plain.code, 1);
			const wrong = await farm.during(() => {
				t.deepEqual(farm.run(compiler, ['-c', 'a.c'], {cwd}), plain);
			});
			t.is(wrong.failed, 1);
			t.deepEqual(wrong.stayed, {REMOTE_COMPILE_FAILED: 1});
			t.false(existsSync(join(cwd, 'a.o')));
			const right = await farm.during(() => {
				t.is(farm.run(compiler, ['-c', 'b.c'], {cwd}).code, 0);
			});
			t.is(right.away, 1, JSON.stringify(right));
			t.is(total(right.failedServers), 0);
		},
	);
}
