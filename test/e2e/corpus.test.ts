import {existsSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {Farm, settle} from './farm.js';

/** Real files through every mode: each byte of each output is the plain compiler's, on the cold and on the warm pass. */

const packageFolder = resolve(import.meta.dirname, '../../..');
const sqlite = join(packageFolder, 'node_modules/better-sqlite3');
const nodeHeaders = join(dirname(dirname(process.execPath)), 'include/node');
const hasClang = existsSync('/usr/bin/clang');

let farm: Farm;
test.before(async () => {
	farm = await Farm.start();
});
test.after.always(() => farm?.close());

interface Source {
	readonly path: string;
	readonly args: readonly string[];
}

const small: readonly Source[] = [
	...readdirSync(join(packageFolder, 'src/shim'))
		.filter(name => name.endsWith('.c'))
		.map(name => ({
			path: join(packageFolder, 'src/shim', name),
			args: ['-D_GNU_SOURCE', '-DLIBDIR="/nowhere"'],
		})),
	{path: join(sqlite, 'deps/test_extension.c'), args: [`-I${sqlite}/deps/sqlite3`]},
];

const sqliteC: Source = {
	path: join(sqlite, 'deps/sqlite3/sqlite3.c'),
	args: ['-DSQLITE_THREADSAFE=2'],
};

const addon: Source = {
	path: join(sqlite, 'src/better_sqlite3.cpp'),
	args: [
		'-std=c++20',
		'-fPIC',
		'-DNODE_GYP_MODULE_NAME=better_sqlite3',
		`-I${nodeHeaders}`,
		`-I${sqlite}/deps/sqlite3`,
	],
};

const seeded = '-frandom-seed=corpus';
const modes: readonly (readonly string[])[] = [
	['-c', '-O0'],
	['-c', '-O2', '-MD', '-Wall', '-Wextra'],
	['-c', '-g', '-O1', '-MMD', '-MP'],
	['-c', '-g3', '-gsplit-dwarf'],
	['-c', '--coverage'],
	['-c', '-fstack-usage', '-ffunction-sections'],
	['-S', '-O1', '-fverbose-asm'],
	['-c', '-fPIC', '-march=native', '-pipe'],
	['-c', '-O1', '-fsanitize=undefined'],
];

interface Made {
	readonly stdout: string;
	readonly stderr: string;
	readonly files: ReadonlyMap<string, string>;
}

/** Everything that one compile left behind; the folder is empty afterwards. */
function made(
	t: ExecutionContext,
	how: 'run' | 'plain',
	compiler: string,
	args: readonly string[],
	cwd: string,
): Made {
	const {code, stdout, stderr} = farm[how](compiler, args, {cwd});
	t.is(code, 0, stderr);
	const names = readdirSync(cwd)
		.filter(name => name !== 'keep')
		.sort();
	const files = new Map(names.map(name => [name, readFileSync(join(cwd, name), 'latin1')]));
	for (const name of names) {
		rmSync(join(cwd, name));
	}
	return {stdout, stderr, files};
}

async function agree(
	t: ExecutionContext,
	compiler: string,
	sources: readonly Source[],
	mode: readonly string[],
): Promise<void> {
	farm.write('corpus/keep', '');
	const cwd = join(farm.work, 'corpus');
	const seed = compiler.startsWith('g') ? [seeded] : [];
	const commands = sources.map(({path, args}) => [...seed, ...mode, ...args, path]);
	const expected = commands.map(args => made(t, 'plain', compiler, args, cwd));
	for (const pass of ['cold', 'warm'] as const) {
		const counted = await farm.during(() => {
			for (const [index, args] of commands.entries()) {
				const plain = expected[index] as Made;
				const ours = made(t, 'run', compiler, args, cwd);
				t.is(ours.stderr, plain.stderr, `${pass} ${args.join(' ')}`);
				t.is(ours.stdout, plain.stdout);
				t.deepEqual([...ours.files.keys()], [...plain.files.keys()]);
				for (const [name, bytes] of plain.files) {
					t.true(ours.files.get(name) === bytes, `${pass}: ${name} of ${args.join(' ')}`);
				}
			}
		});
		t.is(
			pass === 'cold' ? counted.misses : counted.directHits,
			commands.length,
			`${pass}: ${JSON.stringify(counted)}`,
		);
	}
}

settle();
for (const mode of modes) {
	test.serial(`gcc ${mode.join(' ')}: the small corpus`, t => agree(t, 'gcc', small, mode));
	(hasClang ? test.serial : test.skip)(`clang ${mode.join(' ')}: the small corpus`, t =>
		agree(t, 'clang', small, mode),
	);
}
test.serial('gcc: SQLite', t => agree(t, 'gcc', [sqliteC], ['-c', '-O0', '-g', '-MD']));
(existsSync(join(nodeHeaders, 'node.h')) ? test.serial : test.skip)(
	"g++: better-sqlite3's own C++, with Node's headers",
	t => agree(t, 'g++', [addon], ['-c', '-O0', '-g', '-MD']),
);

test.serial('preprocessed sources compile and hit', async t => {
	const cwd = join(farm.work, 'preprocessed');
	farm.write('preprocessed/keep', '');
	for (const {path, args} of small.slice(0, 4)) {
		farm.plain('gcc', ['-E', ...args, path, '-o', 'x.i'], {cwd});
		farm.write('preprocessed/x.i', farm.read('preprocessed/x.i'));
		settle();
		const compile = ['-c', '-O2', 'x.i', '-o', 'x.o'];
		for (const count of ['misses', 'directHits'] as const) {
			const counted = await farm.during(() => {
				t.is(farm.run('gcc', compile, {cwd}).code, 0);
			});
			t.is(counted[count], 1, JSON.stringify(counted));
			const object = farm.read('preprocessed/x.o');
			farm.plain('gcc', compile, {cwd});
			t.deepEqual(object, farm.read('preprocessed/x.o'));
		}
	}
});
