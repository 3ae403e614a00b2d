import {existsSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {prefixMapArgs} from '../../src/relocation/prefix-map.js';
import {rootsOf} from '../../src/relocation/roots.js';
import {type Counted, Farm, settle} from '../e2e/farm.js';

/** What is compiled in two folders, as two versions of a package are: what may be shared, and what must not be. */

let farm: Farm;
let mapping: Farm;
let based: Farm;
test.before(async () => {
	farm = await Farm.start();
	mapping = await Farm.start({SCCACHE_MAP_BUILD_PATHS: 'true'});
	based = await Farm.start();
	await based.stopDaemon();
	await based.startDaemon({SCCACHE_BASEDIRS: `${based.work}/one:${based.work}/another`});
});
test.after.always(async () => {
	for (const each of [farm, mapping, based]) await each?.close();
});

/** Of other lengths: what counts the characters of a path is to be found out. */
const versions = ['1.2', '1.10'] as const;

interface Build {
	readonly compiler?: 'gcc' | 'g++' | 'clang' | 'clang++';
	/** By path below the sources; `@` stands for the build folder, `%` for the version. */
	readonly files: Readonly<Record<string, string>>;
	readonly args: readonly string[];
	/** Below the folder of all sources; else the sources' own. */
	readonly cwd?: string;
	/** Outputs that are compared, below the cwd. */
	readonly outputs?: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
}

let count = 0;

/** Builds both versions and compares each with what the compiler alone makes there; what the second was answered with. */
async function second(
	t: ExecutionContext,
	build: Build,
	on: Farm = farm,
	added: (place: Placed) => readonly string[] = () => [],
): Promise<Counted> {
	const name = `dev-test/foo${count++}`;
	let counted: Counted | undefined;
	for (const version of versions) {
		const place = placed(on, name, version, build);
		settle();
		counted = await on.during(() => {
			const {compiler = 'gcc', outputs = ['a.o']} = build;
			const options = {cwd: place.cwd, env: place.env};
			const files = () =>
				outputs.map(file => {
					const bytes = on.read(join(place.cwd.slice(on.work.length + 1), file));
					rmSync(join(place.cwd, file));
					return bytes;
				});
			const ran = on.run(compiler, place.args, options);
			t.is(ran.code, 0, ran.stderr);
			const made = files();
			const plain = on.plain(compiler, [...added(place), ...place.args], options);
			t.deepEqual(ran, plain);
			for (const [index, bytes] of files().entries()) {
				t.true(bytes.equals(made[index] as Buffer), `${outputs[index]} of ${version}`);
			}
		});
		// Once more in the same place: what is stored is found there in any case.
		const again = await on.during(() => {
			on.run(build.compiler ?? 'gcc', place.args, {cwd: place.cwd, env: place.env});
		});
		if (again.notCacheable === 0) t.is(again.directHits + again.preprocessedHits, 1, 'again');
	}
	return counted as Counted;
}

interface Placed {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	readonly args: readonly string[];
	readonly buildFolder: string;
	readonly packageVersion: string;
}

function placed(on: Farm, name: string, version: string, build: Build): Placed {
	const packageVersion = `${name}-${version}`;
	const buildFolder = join(on.work, 'portage', packageVersion);
	const full = packageVersion.slice(packageVersion.indexOf('/') + 1);
	const here = (text: string) => text.replaceAll('@', buildFolder).replaceAll('%', full);
	for (const [path, text] of Object.entries(build.files)) {
		const file = join(buildFolder, 'work', full, path);
		mkdirSync(dirname(file), {recursive: true});
		writeFileSync(file, here(text));
	}
	const cwd = join(buildFolder, 'work', here(build.cwd ?? '%'));
	mkdirSync(cwd, {recursive: true});
	return {
		...{cwd, buildFolder, packageVersion},
		env: {PORTAGE_BUILDDIR: buildFolder, PWD: cwd, ...build.env},
		args: build.args.map(here),
	};
}

const source = '#include "a.h"\nint f(int x) { return x * FACTOR; }\n';
const header = '#define FACTOR 7\n';
const files = {'a.c': source, 'include/a.h': header};
const absolute = ['-O2', '-I@/work/%/include', '-o', 'a.o', '-c', '@/work/%/a.c'];
const hasClang = existsSync('/usr/bin/clang');

const shared: (readonly [string, Build])[] = [
	['paths below the cwd', {files, args: ['-O2', '-Iinclude', '-c', 'a.c']}],
	['absolute paths, as from cmake', {files, args: absolute, cwd: '%_build'}],
	[
		'paths with the name and version in them, as from meson',
		{files, args: ['-O2', '-I../%/include', '-o', 'a.o', '-c', '../%/a.c'], cwd: 'build'},
	],
	[
		'a build folder named after the version and the ABI',
		{files, args: absolute, cwd: '%-abi_x86_64.amd64'},
	],
	[
		'a dependency file with absolute paths, which is written anew',
		{
			files,
			args: ['-MD', '-MP', '-MT', '@/work/b/a.o', '-MF', 'a.d', ...absolute],
			cwd: 'b',
			outputs: ['a.o', 'a.d'],
		},
	],
	[
		'warnings, which name the place where they are',
		{
			files: {
				...files,
				'include/a.h': `${header}#include "b.h"\n`,
				'include/b.h': '#warning odd\n',
			},
			args: ['-Wall', ...absolute],
		},
	],
	[
		'coloured warnings',
		{
			files: {...files, 'a.c': `${source}static int unused;\n`},
			args: ['-Wall', '-fdiagnostics-color=always', ...absolute],
		},
	],
	[
		'debug information that the user maps',
		{files, args: ['-g', '-fdebug-prefix-map=@/work/%=/src', ...absolute]},
	],
	[
		'__FILE__ that the user maps',
		{
			files: {...files, 'a.c': `${source}const char *name = __FILE__;\n`},
			args: ['-fmacro-prefix-map=@/work/%=/src', ...absolute],
		},
	],
	[
		'__FILE__ of a path without a root in it',
		{
			files: {...files, 'a.c': `${source}const char *name = __FILE__;\n`},
			args: ['-O2', '-Iinclude', '-c', 'a.c'],
		},
	],
	[
		'a macro that nobody uses',
		{
			files: {...files, 'include/a.h': `${header}#define HERE __FILE__\n`},
			args: absolute,
		},
	],
	[
		'assert, where nothing is asserted',
		{files: {...files, 'a.c': `#include <assert.h>\n${source}`}, args: absolute},
	],
	...(hasClang
		? [
				[
					'clang and absolute paths',
					{compiler: 'clang', files, args: ['-MD', ...absolute], outputs: ['a.o', 'a.d']},
				] as const,
			]
		: []),
];

const hash = `constexpr unsigned hash(const char *s) { unsigned h = 5381; while (*s) h = h * 33 + *s++; return h; }
`;
const withSource = (text: string): Build => ({
	files: {...files, 'a.c': `${source}${text}`},
	args: absolute,
});
const withCxx = (text: string, args: readonly string[] = []): Build => ({
	compiler: 'g++',
	files: {...files, 'a.cc': text},
	args: [...args, '-O2', '-o', 'a.o', '-c', '@/work/%/a.cc'],
});

shared.push([
	'a function that gcc names after the source, as nothing else has a name',
	withCxx('namespace { struct S { S(); int x; }; S::S() : x(*(volatile int *)0) {} S s; }\n'),
]);

const apart: readonly (readonly [string, Build])[] = [
	['debug information', {files, args: ['-g', ...absolute]}],
	['compressed debug information', {files, args: ['-g', '-gz=zlib', ...absolute]}],
	['debug information of a relative path', {files, args: ['-g', '-Iinclude', '-c', 'a.c']}],
	[
		'debug information of a path with the version in it, and a cwd that is mapped',
		{
			files,
			args: ['-g', '-fdebug-prefix-map=@=/b', '-I../%/include', '-o', 'a.o', '-c', '../%/a.c'],
			cwd: 'build',
		},
	],
	['__FILE__', withSource('const char *name = __FILE__;\n')],
	['the length of __FILE__', withSource('int length = sizeof __FILE__;\n')],
	['the length of __BASE_FILE__', withSource('int length = sizeof __BASE_FILE__;\n')],
	[
		'a copy of __FILE__ that the compiler makes of numbers',
		withSource('void put(char *); void g(void) { char name[] = __FILE__; put(name); }\n'),
	],
	['__builtin_FILE', withSource('const char *name(void) { return __builtin_FILE(); }\n')],
	[
		'the length of __FILE__ in a header of its own',
		{
			files: {
				...files,
				'include/a.h': `${header}static const int length = sizeof __FILE__;\nint g() { return length; }\n`,
			},
			args: absolute,
		},
	],
	[
		'the length of a relative __FILE__ with the version in it',
		{
			files: {...files, 'a.c': `${source}int length = sizeof __FILE__;\n`},
			args: ['-I../%/include', '-o', 'a.o', '-c', '../%/a.c'],
			cwd: 'build',
		},
	],
	['an assertion', withSource('#include <assert.h>\nvoid g(int x) { assert(x); }\n')],
	[
		'a number made of __FILE__',
		withCxx(`${hash}extern const unsigned value;\nconst unsigned value = hash(__FILE__);\n`),
	],
	[
		'std::source_location',
		withCxx(
			`#include <source_location>\n${hash}extern const unsigned value;\nconst unsigned value = hash(std::source_location::current().file_name());\n`,
			['-std=c++20'],
		),
	],
	[
		'an option that names the folder',
		{...withSource('const char *here = HERE;\n'), args: ['-DHERE="@/work"', ...absolute]},
	],
	['an option that is as long as the folder', withLength()],
	[
		'an include that names the folder',
		{files: {...files, 'a.c': `#include "@/work/%/include/a.h"\nint f;\n`}, args: absolute},
	],
	[
		'a warning that quotes the folder',
		{files: {...files, 'a.c': `${source}#warning "@ is where"\n`}, args: absolute},
	],

	['link-time optimization', {files, args: ['-flto', '-frandom-seed=1', ...absolute]}],
	['assembly', {files, args: ['-S', '-O2', '-Iinclude', '-o', 'a.s', 'a.c'], outputs: ['a.s']}],
	['stack usage', {files, args: ['-fstack-usage', ...absolute], outputs: ['a.o', 'a.su']}],
];

function withLength(): Build {
	return {...withSource('int length = LENGTH;\n'), args: ['-DLENGTH=sizeof("@")', ...absolute]};
}

for (const [title, build] of shared) {
	test.serial(`shared: ${title}`, async t => {
		const counted = await second(t, build);
		t.is(counted.directHits, 1);
	});
}

for (const [title, build] of apart) {
	test.serial(`not shared: ${title}`, async t => {
		const counted = await second(t, build);
		t.is(counted.directHits + counted.preprocessedHits, 0);
	});
}

const inUnusedMacro: Build = {
	files: {...files, 'include/a.h': `#define VERSION "%"\n${header}`},
	args: absolute,
};

test.serial(
	'a header that changes with the version, and makes no difference: the preprocessed text decides',
	async t => {
		t.is((await second(t, inUnusedMacro)).preprocessedHits, 1);
		const used = {...inUnusedMacro.files, 'a.c': `${source}const char *version = VERSION;\n`};
		t.is((await second(t, {...inUnusedMacro, files: used})).misses, 1);
	},
);

const mapped = ({cwd, args, buildFolder, packageVersion}: Placed) =>
	prefixMapArgs({
		roots: rootsOf({buildFolder, cwd, baseFolders: []}),
		paths: [
			args.at(-1) ?? '',
			cwd,
			...args.flatMap(arg => (arg.startsWith('-I') ? [arg.slice(2)] : [])),
		],
		packageVersion,
	});

const withOption: readonly (readonly [string, Build])[] = [
	['debug information', {files, args: ['-g', ...absolute]}],
	['debug information of a relative path', {files, args: ['-g', '-Iinclude', '-c', 'a.c']}],
	[
		'debug information of paths with the version in them',
		{files, args: ['-g3', '-I../%/include', '-o', 'a.o', '-c', '../%/a.c'], cwd: '%_build'},
	],
	['compressed debug information', {files, args: ['-g', '-gz=zlib', ...absolute]}],
	['__FILE__', withSource('const char *name = __FILE__;\nint length = sizeof __FILE__;\n')],
	['an assertion', withSource('#include <assert.h>\nvoid g(int x) { assert(x); }\n')],
	...(hasClang
		? [
				[
					'debug information of clang',
					{compiler: 'clang', files, args: ['-g', ...absolute]},
				] as const,
			]
		: []),
];

for (const [title, build] of withOption) {
	test.serial(`shared with build paths mapped: ${title}`, async t => {
		const counted = await second(t, build, mapping, mapped);
		t.is(counted.directHits, 1);
	});
}

test.serial('what is made with the mapping and without it is not mixed up', async t => {
	const plain = await Farm.start({SCCACHE_DIR: mapping.cacheDir});
	try {
		const build: Build = {files, args: ['-g', '-Iinclude', '-c', 'a.c']};
		await second(t, build, mapping, mapped);
		await second(t, build, plain);
	} finally {
		await plain.close();
	}
});

test.serial('folders of the configuration: one checkout is as good as another', async t => {
	const build = (folder: string) => {
		const cwd = join(based.work, folder, 'project');
		for (const [path, text] of Object.entries(files)) {
			mkdirSync(dirname(join(cwd, path)), {recursive: true});
			writeFileSync(join(cwd, path), text);
		}
		settle();
		const args = ['-O2', `-I${cwd}/include`, '-MD', '-o', 'a.o', '-c', `${cwd}/a.c`];
		return based.during(() => {
			t.deepEqual(
				based.run('gcc', args, {cwd}),
				based.plain(
					'gcc',
					[...args, '-o', 'b.o'].filter((_, index) => index !== 3 && index !== 4),
					{cwd},
				),
			);
			t.true(based.read(`${folder}/project/a.o`).equals(based.read(`${folder}/project/b.o`)));
			t.regex(
				based.read(`${folder}/project/a.d`).toString(),
				new RegExp(`${folder}/project/include/a.h`),
			);
		});
	};
	t.is((await build('one')).misses, 1);
	t.is((await build('another')).directHits, 1);
	t.is((await build('third')).misses, 1);
});

test.serial(
	'what is tied to its folder is not preprocessed for another version, where it would find nothing',
	async t => {
		await farm.stopDaemon();
		await farm.startDaemon({SCCACHE_LOG: 'debug'});
		// No other test has its content.
		const own = {...files, 'a.c': `${source}int own;\n`};
		await second(t, {files: own, args: ['-g', ...absolute]});
		await farm.stopDaemon();
		t.regex(farm.daemonSaid, /preprocessed=false/);
		t.notRegex(farm.daemonSaid, /preprocessed=true/);
	},
);
