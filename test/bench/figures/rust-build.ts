import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {homedir} from 'node:os';
import {basename, join, resolve} from 'node:path';
import type {Bench} from '../bench.js';
import {type Figure, type Measured, median, times} from '../figure.js';
import {mozillaProgram, startMozillaServer} from '../mozilla-sccache.js';
import {writeRustProject, writeUserOfCrates} from '../rust-project.js';

const ours = resolve(import.meta.dirname, '../../../bin/sccache');

/** A build of many crates: plain, into an empty cache, and from a full one; ours and Mozilla's. */
export const rustBuild: Figure = {
	name: 'rust-build',
	needs: ['cargo', 'rustc', mozillaProgram],
	async measure(bench, effort) {
		const project = join(bench.folder, 'rust');
		writeRustProject(project);
		return compare(bench, effort, project, 'cargo build');
	},
};

/** The same with crates that everybody uses, where their registry can be reached. */
export const rustCrates: Figure = {
	name: 'rust-crates',
	needs: ['cargo', 'rustc', mozillaProgram],
	async measure(bench, effort) {
		const project = join(bench.folder, 'crates');
		writeUserOfCrates(project);
		const fetched = spawnSync('cargo', ['fetch'], {
			cwd: project,
			env: rustEnvironment(bench),
			timeout: 120_000,
		});
		if (fetched.status !== 0) {
			process.stderr.write("left out: rust-crates: the crates' registry can't be reached\n");
			return [];
		}
		return compare(bench, effort, project, 'cargo build of known crates');
	},
};

async function compare(
	bench: Bench,
	effort: number,
	project: string,
	what: string,
): Promise<readonly Measured[]> {
	const plainEnv = rustEnvironment(bench);
	const mozilla = await startMozillaServer(bench, join('peer-cache', basename(project)), plainEnv);
	if (mozilla === undefined) throw new Error(`${mozillaProgram} does not start`);
	const daemon = await bench.startDaemon(`${basename(project)}-daemon`);
	const oursEnv = {...plainEnv, ...cacheVariables(daemon.env), RUSTC_WRAPPER: ours};
	const theirsEnv = {...plainEnv, ...mozilla.env, RUSTC_WRAPPER: mozillaProgram};
	try {
		const turns = times(5, effort);
		const cold: Record<'plain' | 'ours' | 'theirs', number[]> = {plain: [], ours: [], theirs: []};
		const warm: Record<'ours' | 'theirs', number[]> = {ours: [], theirs: []};
		build(project, plainEnv);
		const expected = outputs(project);
		build(project, plainEnv);
		const again = outputs(project);
		let identical = 0;
		for (let turn = 0; turn < turns; turn++) {
			// Crates that nobody has compiled before.
			const turned = {RUSTFLAGS: `--cfg turn="${turn}"`};
			cold.plain.push(build(project, {...plainEnv, ...turned}));
			cold.ours.push(build(project, {...oursEnv, ...turned}));
			cold.theirs.push(build(project, {...theirsEnv, ...turned}));
		}
		for (const env of [oursEnv, theirsEnv]) build(project, env);
		for (let turn = 0; turn < 3 * turns; turn++) {
			warm.ours.push(build(project, oursEnv));
			if (turn === 0) identical = sameOutputs(expected, again, outputs(project));
			warm.theirs.push(build(project, theirsEnv));
		}
		const {hits} = daemon.counters();
		const coldMs = {
			plain: median(cold.plain),
			ours: median(cold.ours),
			theirs: median(cold.theirs),
		};
		const warmMs = {ours: median(warm.ours), theirs: median(warm.theirs)};
		return [
			{
				name: `warm ${what}, ours / sccache`,
				value: warmMs.ours / warmMs.theirs,
				unit: 'ratio',
				target: {atMost: 0.7},
				from: {'ours ms': warmMs.ours, 'theirs ms': warmMs.theirs, hits},
			},
			{
				name: `cold ${what}, ours / plain`,
				value: coldMs.ours / coldMs.plain,
				unit: 'ratio',
				target: {atMost: 1.05},
				from: {
					'plain ms': coldMs.plain,
					'ours ms': coldMs.ours,
					"sccache's ms": coldMs.theirs,
				},
			},
			{
				name: `outputs of ${what}, identical to plain`,
				value: identical,
				unit: '%',
				target: {atLeast: 100},
				from: {files: expected.size},
			},
		];
	} finally {
		mozilla.stop();
		await daemon.stop();
	}
}

function rustEnvironment({folder}: Bench): NodeJS.ProcessEnv {
	return {
		PATH: process.env.PATH,
		HOME: folder,
		RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'),
		CARGO_HOME: join(folder, 'cargo'),
		CARGO_INCREMENTAL: '0',
	};
}

const cacheVariables = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
	Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('SCCACHE_')));

/** Milliseconds of a build from nothing. */
function build(project: string, env: NodeJS.ProcessEnv): number {
	rmSync(join(project, 'target'), {recursive: true, force: true});
	mkdirSync(join(project, 'target'));
	const startedMs = performance.now();
	const {status, stderr} = spawnSync('cargo', ['build', '--offline'], {
		cwd: project,
		env,
		encoding: 'utf8',
	});
	if (status !== 0) throw new Error(`the project does not build:\n${stderr}`);
	return performance.now() - startedMs;
}

/** Digests of all that compilers made, by name. */
function outputs(project: string): ReadonlyMap<string, string> {
	const deps = join(project, 'target/debug/deps');
	return new Map(
		readdirSync(deps).map(name => [
			name,
			createHash('sha256')
				.update(readFileSync(join(deps, name)))
				.digest('hex'),
		]),
	);
}

type Outputs = ReadonlyMap<string, string>;

/** Per cent of those that two plain builds make alike. */
function sameOutputs(expected: Outputs, again: Outputs, made: Outputs): number {
	const reproducible = [...expected].filter(([name, digest]) => again.get(name) === digest);
	const same = reproducible.filter(([name, digest]) => made.get(name) === digest);
	return (100 * same.length) / reproducible.length;
}
