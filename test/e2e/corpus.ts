import {existsSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Counted, Farm} from './farm.js';

/** Real files, and the modes in which they are compiled. */

const packageFolder = resolve(import.meta.dirname, '../../..');
const sqlite = join(packageFolder, 'node_modules/better-sqlite3');
const nodeHeaders = join(dirname(dirname(process.execPath)), 'include/node');

export const hasClang = existsSync('/usr/bin/clang');
export const hasNodeHeaders = existsSync(join(nodeHeaders, 'node.h'));

export interface Source {
	readonly path: string;
	readonly args: readonly string[];
}

export const smallSources: readonly Source[] = [
	...readdirSync(join(packageFolder, 'src/shim'))
		.filter(name => name.endsWith('.c'))
		.map(name => ({
			path: join(packageFolder, 'src/shim', name),
			args: ['-D_GNU_SOURCE', '-DLIBDIR="/nowhere"'],
		})),
	{path: join(sqlite, 'deps/test_extension.c'), args: [`-I${sqlite}/deps/sqlite3`]},
];

export const sqliteC: Source = {
	path: join(sqlite, 'deps/sqlite3/sqlite3.c'),
	args: ['-DSQLITE_THREADSAFE=2'],
};

export const addon: Source = {
	path: join(sqlite, 'src/better_sqlite3.cpp'),
	args: [
		'-std=c++20',
		'-fPIC',
		'-DNODE_GYP_MODULE_NAME=better_sqlite3',
		`-I${nodeHeaders}`,
		`-I${sqlite}/deps/sqlite3`,
	],
};

export const modes: readonly (readonly string[])[] = [
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
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** Content and permissions. */
	readonly files: ReadonlyMap<string, {readonly bytes: string; readonly mode: number}>;
}

/** Everything that one compile left behind; the folder is empty afterwards. */
function made(
	farm: Farm,
	how: 'run' | 'plain',
	compiler: string,
	args: readonly string[],
	cwd: string,
): Made {
	const {code, stdout, stderr} = farm[how](compiler, args, {cwd});
	const names = readdirSync(cwd)
		.filter(name => name !== 'keep')
		.sort();
	const files = new Map(
		names.map(name => {
			const path = join(cwd, name);
			return [name, {bytes: readFileSync(path, 'latin1'), mode: statSync(path).mode}] as const;
		}),
	);
	for (const name of names) {
		rmSync(join(cwd, name));
	}
	return {code, stdout, stderr, files};
}

const seed = '-frandom-seed=corpus';

export type Pass = 'cold' | 'warm';

export interface Agreement {
	readonly compiler: string;
	readonly sources: readonly Source[];
	readonly mode: readonly string[];
	/** What is to be true of the counters after a pass over `compiles` files. */
	readonly check: (pass: Pass, counted: Counted, compiles: number) => void;
}

/** Each byte of each output is the plain compiler's, on the cold and on the warm pass. */
export async function agree(
	t: ExecutionContext,
	farm: Farm,
	{compiler, sources, mode, check}: Agreement,
): Promise<void> {
	farm.write('corpus/keep', '');
	const cwd = join(farm.work, 'corpus');
	const seeded = compiler.startsWith('g') ? [seed] : [];
	const commands = sources.map(({path, args}) => [...seeded, ...mode, ...args, path]);
	const expected = commands.map(args => made(farm, 'plain', compiler, args, cwd));
	for (const pass of ['cold', 'warm'] as const) {
		const counted = await farm.during(() => {
			for (const [index, args] of commands.entries()) {
				const plain = expected[index] as Made;
				t.is(plain.code, 0, plain.stderr);
				const ours = made(farm, 'run', compiler, args, cwd);
				t.is(ours.code, 0, ours.stderr);
				t.is(ours.stderr, plain.stderr, `${pass} ${args.join(' ')}`);
				t.is(ours.stdout, plain.stdout);
				t.deepEqual([...ours.files.keys()], [...plain.files.keys()]);
				for (const [name, {bytes, mode: permissions}] of plain.files) {
					const about = `${pass}: ${name} of ${args.join(' ')}`;
					t.true(ours.files.get(name)?.bytes === bytes, about);
					t.is(ours.files.get(name)?.mode, permissions, about);
				}
			}
		});
		check(pass, counted, commands.length);
	}
}
