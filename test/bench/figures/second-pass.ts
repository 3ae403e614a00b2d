import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {type Bench, sources} from '../bench.js';
import type {Figure} from '../figure.js';
import type {Command} from '../spawn-timer.js';

/** What a build asks for, with what it leaves beside the object. */
const modes: readonly {readonly args: readonly string[]; readonly leaves: readonly string[]}[] = [
	{args: [], leaves: []},
	{args: ['-O0', '-g'], leaves: []},
	{args: ['-MD', '-MP'], leaves: ['out.d']},
	{args: ['-MMD', '-MF', 'deps.txt', '-MT', 'target'], leaves: ['deps.txt']},
	{args: ['-g', '-gsplit-dwarf'], leaves: ['out.dwo']},
	{args: ['-fstack-usage'], leaves: ['out.su']},
	{args: ['--coverage'], leaves: ['out.gcno']},
	{args: ['-S'], leaves: []},
	{args: ['-fPIC', '-flto'], leaves: []},
	{args: ['-Wall', '-Wextra', '-march=native'], leaves: []},
];

/** Each source in each mode: plain, through an empty cache, through a full one. */
export const secondPass: Figure = {
	name: 'second-pass',
	needs: [],
	async measure(bench) {
		const daemon = await bench.startDaemon('second-pass-daemon');
		const {env} = bench.place(daemon);
		const compiles = sources.flatMap(source => modes.map(mode => ({source, ...mode})));
		const pass = (compile: Bench['plain']) =>
			compiles.map(({source, args, leaves}) =>
				outputs(bench, env, compile(source, {args}), ['out.o', ...leaves]),
			);
		const plain = pass(bench.plain);
		const again = pass(bench.plain);
		const cold = pass(bench.ours);
		const before = daemon.counters();
		const warm = pass(bench.ours);
		const after = daemon.counters();
		await daemon.stop();
		const identical = compiles.filter((_, index) => {
			// Where the compiler's own output is random (LTO, coverage), a hit is the cold pass's.
			const random = !same(plain[index], again[index]);
			return same(warm[index], cold[index]) && (random || same(cold[index], plain[index]));
		});
		const cacheable = compiles.length - (after.notCacheable - before.notCacheable);
		const percent = (part: number, whole: number) => (100 * part) / whole;
		const reproducible = compiles.filter((_, index) => same(plain[index], again[index])).length;
		const from = {compiles: compiles.length, cacheable, reproducible};
		return [
			{
				name: 'hit rate of the second pass',
				value: percent(after.hits - before.hits, cacheable),
				unit: '%',
				target: {atLeast: 100},
				from,
			},
			{
				name: 'outputs identical to plain',
				value: percent(identical.length, compiles.length),
				unit: '%',
				target: {atLeast: 100},
				from,
			},
		];
	},
};

function same(a: Buffer | undefined, b: Buffer | undefined): boolean {
	return a !== undefined && b !== undefined && a.equals(b);
}

/** Every byte that one compile leaves. */
function outputs(
	bench: Bench,
	env: NodeJS.ProcessEnv,
	[program = '', ...args]: Command,
	files: readonly string[],
): Buffer {
	for (const file of files) rmSync(join(bench.work, file), {force: true});
	const {status, stdout, stderr} = spawnSync(program, args, {cwd: bench.work, env});
	if (status !== 0) throw new Error(`${args.join(' ')} does not compile:\n${stderr}`);
	const missing = files.filter(file => !existsSync(join(bench.work, file)));
	if (missing.length > 0) throw new Error(`${args.join(' ')} leaves no ${missing.join(', ')}`);
	return Buffer.concat([
		stdout,
		stderr,
		...files.map(file => readFileSync(join(bench.work, file))),
	]);
}
