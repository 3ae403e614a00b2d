import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import type {Family} from '../../src/compiler/command.js';
import {parseCommand} from '../../src/compiler/parse-command.js';

/** Which files a command line writes is asked of the real compilers. */

const objects = [
	[],
	['-o', 'out/a.o'],
	['-oa.o'],
	['-o', 'out/noext'],
	['-o', 'out/two.dots.o'],
	['-o', 'out/.hidden'],
	['-o', 'out.d/x'],
];

const sides = [
	[],
	['-MD'],
	['-MMD'],
	['-MD', '-MF', 'out/deps'],
	['-MD', '-MF', 'x.d', '-MT', 'target'],
	['-MMD', '-MP', '-MQ', 'a b'],
	['-Wp,-MD,wp.d'],
	['-Wp,-MMD,out/wp.d'],
	['-g', '-gsplit-dwarf'],
	['-gsplit-dwarf'],
	['-gsplit-dwarf', '-g0'],
	['-g', '-gsplit-dwarf', '-MD'],
	['--coverage'],
	['-fprofile-arcs', '-ftest-coverage'],
	['-ftest-coverage'],
	['-fprofile-generate'],
	['-fstack-usage'],
	['-O2', '-flto'],
	['-pg', '-O2'],
	['-fsanitize=address,undefined'],
];

const gccSides = [
	['-Wa,-al=list.lst'],
	['-Wa,-adhlns=out/list.lst', '-g'],
	['-fcallgraph-info'],
	['-fcallgraph-info=su,da'],
	['-fstack-usage', '-fcallgraph-info', '-g', '-gsplit-dwarf', '--coverage', '-MD'],
];

const clangSides = [
	['-no-integrated-as', '-Wa,-al=list.lst'],
	['--serialize-diagnostics', 'x.dia'],
	['-g', '-gsplit-dwarf=single'],
	['-g', '-gsplit-dwarf=split'],
	['-no-integrated-as', '-g', '-gsplit-dwarf'],
	['-fprofile-instr-generate', '-fcoverage-mapping'],
];

const source =
	'static int twice(int a) { return a * 2; }\nint main(int c, char **v) { (void)v; return twice(c); }\n';

const has = (program: string) => spawnSync(program, ['--version']).status === 0;

for (const [family, program, extra] of [
	['gcc', 'gcc', gccSides],
	['clang', 'clang', clangSides],
] as const) {
	const check = has(program) ? test : test.skip;
	for (const mode of ['-c', '-S']) {
		for (const side of [...sides, ...extra]) {
			check(`${program} ${mode} ${side.join(' ')}: the files are the ones that are written`, t => {
				for (const object of objects) {
					const args = [mode, ...side, 'in/main.c', ...object];
					t.deepEqual(...filesOf(family, program, args), args.join(' '));
				}
			});
		}
	}
}

/** What the parser says and what the compiler does; the same twice where the parser declines. */
function filesOf(
	family: Family,
	program: string,
	args: readonly string[],
): [readonly string[], readonly string[]] {
	const folder = mkdtempSync(join(tmpdir(), 'sccache-outputs-'));
	try {
		for (const name of ['in', 'out', 'out.d']) {
			mkdirSync(join(folder, name));
		}
		writeFileSync(join(folder, 'in/main.c'), source);
		const {status, stderr} = spawnSync(program, args, {cwd: folder, encoding: 'utf8'});
		if (status !== 0) {
			throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
		}
		const written = (
			readdirSync(folder, {recursive: true, withFileTypes: true}) as {
				name: string;
				parentPath: string;
				isFile(): boolean;
			}[]
		)
			.filter(entry => entry.isFile())
			.map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
			.filter(name => name !== 'in/main.c')
			.sort();
		const parsed = parseCommand({family, driverMode: 'c', args});
		return [
			parsed.kind === 'compile' ? parsed.outputs.map(({path}) => path).sort() : written,
			written,
		];
	} finally {
		rmSync(folder, {recursive: true});
	}
}
