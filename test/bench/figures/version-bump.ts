import {spawnSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import type {Bench} from '../bench.js';
import type {Figure, Measured} from '../figure.js';
import {mozillaProgram, startMozillaServer} from '../mozilla-sccache.js';
import type {Command} from '../spawn-timer.js';
import {sourceCount, writeVersion} from '../versioned-project.js';

/** The next version of a package, in another folder, with three sources changed: how much of it comes from the cache. */
export const versionBump: Figure = {
	name: 'version-bump',
	needs: ['ccache'],
	async measure(bench) {
		return [await compare(bench, 'plain', []), await compare(bench, 'with -g', ['-g'])];
	},
};

interface Cache {
	/** In front of the compiler. */
	readonly compile: (source: string) => Command;
	readonly env: NodeJS.ProcessEnv;
	readonly hits: () => number;
}

async function compare(bench: Bench, title: string, args: readonly string[]): Promise<Measured> {
	const portage = join(bench.folder, `portage-${args.length}`);
	const daemon = await bench.startDaemon(`bump-${args.length}`, {SCCACHE_MAP_BUILD_PATHS: 'true'});
	const without = await bench.startDaemon(`bump-unmapped-${args.length}`);
	const mozilla = await startMozillaServer(bench, `bump-mozilla-${args.length}`);
	try {
		const [compiler = ''] = bench.plain('x.c');
		const caches = new Map<string, Cache>([
			['ours', {compile: bench.ours, env: daemon.env, hits: () => daemon.counters().hits}],
			[
				'oursWithoutOption',
				{compile: bench.ours, env: without.env, hits: () => without.counters().hits},
			],
			['ccache', ccache(bench, `ccache-bump-${args.length}`, {})],
			[
				'ccacheBaseDir',
				ccache(bench, `ccache-base-${args.length}`, {
					CCACHE_BASEDIR: portage,
					CCACHE_NOHASHDIR: '1',
				}),
			],
		]);
		if (mozilla !== undefined) {
			caches.set('sccache', {
				compile: source => [mozillaProgram, compiler, '-O2', '-c', source],
				env: mozilla.env,
				hits: mozilla.hits,
			});
		}
		const first = writeVersion(portage, 1);
		const next = writeVersion(portage, 2);
		const shares = new Map<string, number>();
		for (const [name, cache] of caches) {
			build(first, cache, args);
			const before = cache.hits();
			build(next, cache, args);
			shares.set(name, ((cache.hits() - before) / sourceCount) * 100);
		}
		return {
			name: `next version of a package, ${title}, from the cache`,
			value: shares.get(args.length === 0 ? 'oursWithoutOption' : 'ours') ?? 0,
			unit: '%',
			target: {atLeast: 94},
			from: Object.fromEntries(shares),
		};
	} finally {
		mozilla?.stop();
		await without.stop();
		await daemon.stop();
	}
}

function ccache(bench: Bench, name: string, extra: NodeJS.ProcessEnv): Cache {
	const env = {CCACHE_DIR: join(bench.folder, name), ...extra};
	return {
		compile: bench.ccache,
		env,
		hits() {
			const {stdout} = spawnSync('ccache', ['--print-stats'], {
				env: {PATH: process.env.PATH, ...env},
				encoding: 'utf8',
			});
			const of = (counter: string) =>
				Number(new RegExp(`^${counter}\\t(\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
			return of('direct_cache_hit') + of('preprocessed_cache_hit');
		},
	};
}

/** As cmake has it: sources and headers by absolute paths, out of the source. */
function build(folder: string, {compile, env}: Cache, args: readonly string[]): void {
	const cwd = join(folder, '../build');
	const buildFolder = dirname(dirname(folder));
	for (let n = 0; n < sourceCount; n++) {
		const [program = '', ...rest] = compile(join(folder, `source${n}.c`));
		const at = rest.indexOf('-o');
		const own = at < 0 ? rest : rest.toSpliced(at, 2);
		const {status, stderr} = spawnSync(
			program,
			[...own, ...args, `-I${folder}/include`, '-o', `source${n}.o`],
			{
				cwd,
				env: {...env, PATH: '/usr/bin:/bin', HOME: cwd, PORTAGE_BUILDDIR: buildFolder},
				encoding: 'utf8',
			},
		);
		if (status !== 0) throw new Error(`${program}: ${stderr}`);
	}
}
