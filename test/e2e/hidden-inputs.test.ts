import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, rmSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {Farm, settle} from './farm.js';

/** What decides a compile though neither a header's text nor an option's name shows it: after each change ours is the plain compiler's. */

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
});
test.after.always(() => farm?.close());

const hasClang = existsSync('/usr/bin/clang');

interface Story {
	readonly name: string;
	readonly compiler?: 'clang';
	readonly args: readonly string[];
	/** One compile after another, each in `cwd` or in the story's folder. `wait`: a second goes by, for clocks. */
	readonly steps: readonly {
		readonly files?: Readonly<Record<string, string>>;
		readonly cwd?: string;
		readonly wait?: true;
		readonly before?: (folder: string) => void;
	}[];
	/** So many answers come from the cache; none unless told. */
	readonly hits?: number;
}

const blobs = [{files: {'blob.inc': '.byte 1\n'}}, {files: {'blob.inc': '.byte 2\n'}}];
const twice = (files: Readonly<Record<string, string>>) => [
	{files: {...files, ...blobs[0]?.files}},
	...blobs.slice(1),
];
/** Different text, then two that preprocess to the same. */
const respaced = (first: string, second: string, third: string) =>
	[first, second, third].map(text => ({files: {'a.c': text}}));

const stories: readonly Story[] = [
	{
		name: 'a macro of the command line asks for the time',
		args: ['-DT=__TIME__', 'a.c'],
		steps: [{files: {'a.c': 'const char *t = T;\n'}}, {wait: true}],
	},
	{
		name: 'one that is called as a clock may be cached',
		args: ['-D__TIME__="never"', 'a.c'],
		steps: [{files: {'a.c': 'int never;\n'}}, {}],
		hits: 1,
	},
	{
		name: 'a macro of the command line looks for a file',
		args: ['-DHAS=__has_include("opt.h")', 'a.c'],
		steps: [
			{files: {'a.c': '#if HAS\nint yes;\n#else\nint no;\n#endif\n'}},
			{files: {'opt.h': ''}},
		],
	},
	{
		name: 'a macro for the preprocessor alone looks for a file',
		args: ['-Wp,-DHAS=__has_include("opt.h")', 'a.c'],
		steps: [
			{files: {'a.c': '#if HAS\nint there;\n#else\nint nowhere;\n#endif\n'}},
			{files: {'opt.h': ''}},
		],
	},
	{
		name: 'a macro of the command line includes a file into the assembly',
		args: ['-DBLOB=".incbin \\"blob.inc\\""', 'a.c'],
		steps: twice({'a.c': 'asm(BLOB);\n'}),
	},
	{
		name: '.INCBIN in capitals',
		args: ['a.S'],
		steps: twice({'a.S': '.INCBIN "blob.inc"\n'}),
	},
	{
		name: '.include of a name that a macro makes',
		args: ['a.S'],
		steps: twice({'a.S': '#define F "blob.inc"\n.include F\n'}),
	},
	{
		name: '.include behind an escaped tab',
		args: ['a.c'],
		steps: twice({'a.c': 'asm(".include\\t\\"blob.inc\\"");\n'}),
	},
	{
		name: '.include before a comment',
		args: ['a.S'],
		steps: twice({'a.S': '.include/**/"blob.inc"\n'}),
	},
	...(
		[
			['-flto', '-frandom-seed=1'],
			['-fstack-usage'],
			['-fcallgraph-info'],
			['--coverage', '-frandom-seed=1'],
			['-S', '-fverbose-asm'],
		] as const
	).map(args => ({
		name: `columns and comments count with ${args.join(' ')}`,
		args: [...args, 'a.c'],
		steps: respaced(
			'int other;\n',
			'int f(int n) { return n; }\n',
			'int   f(int n)   { return n; } // end\n',
		),
	})),
	{
		name: 'columns count for coverage mappings',
		compiler: 'clang',
		args: ['-fprofile-instr-generate', '-fcoverage-mapping', 'a.c'],
		steps: respaced(
			'int other;\n',
			'int f(int n) { return n; }\n',
			'int   f(int n)   { return n; }\n',
		),
	},
	{
		name: 'a builtin asks for its column',
		compiler: 'clang',
		args: ['a.c'],
		steps: respaced(
			'int other;\n',
			'int f(void) { return __builtin_COLUMN(); }\n',
			'int f(void)   { return __builtin_COLUMN(); }\n',
		),
	},
	...(['b.c', 'b.S'] as const).map(source => ({
		name: `the cwd is in the object of ${source} without -g`,
		args: [...(source === 'b.c' ? ['-O2', '-flto', '-frandom-seed=1'] : []), source],
		steps: ['x', 'y'].map(cwd => ({
			cwd,
			files: {
				[`${cwd}/b.c`]: 'int f(int n) { return n; }\n',
				[`${cwd}/b.S`]: '.file 1 "q.c"\n.text\n.loc 1 1\nnop\n',
			},
		})),
	})),
	{
		name: 'a list of basic blocks',
		compiler: 'clang',
		args: ['-O2', '-fbasic-block-sections=list=blob.inc', 'a.c'],
		steps: [
			{files: {'a.c': 'int f(int n) { return n ? 3 : 4; }\n', 'blob.inc': ''}},
			{files: {'blob.inc': '!f\n'}},
		],
	},
	{
		name: 'a listing with the time',
		args: ['-Wa,-ag=a.lst', 'a.c'],
		steps: [{files: {'a.c': 'int f(int n) { return n; }\n'}}, {}],
	},
	{
		name: 'a precompiled header that appears as a folder',
		args: ['-include', 'p.h', 'a.c'],
		steps: [
			{files: {'p.h': '#define V 1\n', 'a.c': 'int v = V;\n'}},
			{
				before: folder => {
					mkdirSync(join(folder, 'p.h.gch'));
					farm.write('other/p.h', '#define V 2\n');
					const made = ['-x', 'c-header', 'p.h', '-o', join(folder, 'p.h.gch/one.gch')];
					farm.plain('gcc', made, {cwd: join(farm.work, 'other')});
				},
			},
		],
	},
	{
		name: 'a precompiled header of clang that appears',
		compiler: 'clang',
		args: ['-include', 'p.h', 'a.c'],
		steps: [
			{files: {'p.h': '#define V 1\n', 'a.c': 'int v = V;\n'}},
			{
				before: folder => {
					farm.plain('clang', ['-x', 'c-header', 'p.h', '-o', 'p.h.pch'], {cwd: folder});
				},
			},
		],
	},
	{
		name: 'a file that is only compared in age',
		compiler: 'clang',
		args: ['a.c'],
		steps: [
			{
				files: {
					'y.y': '',
					'a.c': '#pragma clang dependency "y.y"\nint a;\n',
				},
			},
			{wait: true, files: {'y.y': ''}},
		],
	},
];

function outputsIn(folder: string): Readonly<Record<string, string>> {
	const names = readdirSync(folder).filter(name => /\.(?:o|s|su|ci|gcno|lst)$/.test(name));
	return Object.fromEntries(
		names
			.sort()
			.map(name => [
				name,
				farm.read(join(folder.slice(farm.work.length + 1), name)).toString('latin1'),
			]),
	);
}

function sweep(folder: string): void {
	for (const name of Object.keys(outputsIn(folder))) rmSync(join(folder, name));
}

for (const [index, {name, compiler = 'gcc', args, steps, hits = 0}] of stories.entries()) {
	const check = compiler === 'gcc' || hasClang ? test.serial : test.serial.skip;
	check(`${name}${compiler === 'gcc' || hasClang ? '' : ' (there is no clang)'}`, async t => {
		const folder = join(farm.work, `story-${index}`);
		mkdirSync(folder, {recursive: true});
		const all = args.includes('-S') ? args : ['-c', ...args];
		const counted = await farm.during(async () => {
			for (const [step, {files = {}, cwd = '', wait, before}] of steps.entries()) {
				if (wait) await sleep(1100);
				for (const [file, text] of Object.entries(files)) {
					farm.write(join(`story-${index}`, file), text);
				}
				before?.(folder);
				settle();
				const where = {cwd: join(folder, cwd)};
				const ours = farm.run(compiler, all, where);
				const made = outputsIn(where.cwd);
				sweep(where.cwd);
				const plain = farm.plain(compiler, all, where);
				t.is(plain.code, 0, plain.stderr);
				if (!name.includes('time')) t.deepEqual(ours, plain, `step ${step}`);
				if (name.includes('time')) t.is(ours.code, 0);
				else t.deepEqual(made, outputsIn(where.cwd), `step ${step}`);
				sweep(where.cwd);
			}
		});
		t.is(counted.directHits + counted.preprocessedHits, hits);
	});
}

/** While the compiler runs, something about its search changes; the next compile is what it then is. */
async function duringCompile(t: ExecutionContext, name: string, text: string, change: () => void) {
	const folder = join(farm.work, name);
	const slow = Array.from({length: 2500}, (_, n) => `double f${n}(double x) { return x * ${n}; }`);
	farm.write(`${name}/a.c`, `${text}\n${slow.join('\n')}\n`);
	settle();
	const args = ['-O2', '-Ia', '-Ib', '-c', 'a.c'];
	const child = spawn('gcc', args, {cwd: folder, env: farm.environment(), stdio: 'inherit'});
	const ended = new Promise(resolve => child.once('close', resolve));
	await sleep(400);
	t.is(child.exitCode, null, 'it compiles still');
	change();
	t.is(await ended, 0);
	settle();
	const ours = farm.run('gcc', args, {cwd: folder});
	const made = outputsIn(folder);
	t.deepEqual(ours, farm.plain('gcc', args, {cwd: folder}));
	t.deepEqual(made, outputsIn(folder));
}

test.serial('a header comes before the one that is being compiled', async t => {
	farm.write('comes/a/other.h', '');
	farm.write('comes/b/v.h', '#define V 1\n');
	await duringCompile(t, 'comes', '#include <v.h>\nint v = V;', () => {
		farm.write('comes/a/v.h', '#define V 2\n');
	});
});

test.serial('what __has_include did not find appears', async t => {
	farm.write('asked/a/other.h', '');
	farm.write('asked/b/other.h', '');
	const text = '#if __has_include("o.h")\nint yes;\n#else\nint no;\n#endif';
	await duringCompile(t, 'asked', text, () => {
		farm.write('asked/o.h', '');
	});
});

test.serial('specs and an assembler that appear where they are looked for are noticed', async t => {
	farm.write('tools/bin/unrelated', '');
	farm.write('tools/a.c', '#ifdef FROM_SPECS\nint yes;\n#else\nint no;\n#endif\n');
	settle();
	const bin = join(farm.work, 'tools/bin');
	const cwd = join(farm.work, 'tools');
	const compile = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
		const {directHits} = await farm.during(() => {
			t.is(farm.run('gcc', [...args, '-c', 'a.c'], {cwd, env}).code, 0);
			const made = outputsIn(cwd);
			t.is(farm.plain('gcc', [...args, '-c', 'a.c'], {cwd}).code, 0);
			t.deepEqual(made, outputsIn(cwd));
		});
		return directHits;
	};
	const withPrefix = ['-B', `${bin}/`];
	t.is(await compile(withPrefix), 0);
	t.is(await compile(withPrefix), 1);
	farm.write(
		'tools/bin/specs',
		'*cpp_options:\n+ -DFROM_SPECS\n\n*cc1_options:\n+ -DFROM_SPECS\n\n',
	);
	t.is(await compile(withPrefix), 0);
	rmSync(join(bin, 'specs'));
	const env = {PATH: `${farm.shims}:${bin}:/usr/bin:/bin`};
	t.is(await compile([], env), 0);
	t.is(await compile([], env), 1);
	symlinkSync('/usr/bin/as', join(bin, 'as'));
	await compile([], env);
	t.is(await compile([], env), 1);
});
