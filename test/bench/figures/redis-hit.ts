import {join} from 'node:path';
import {RedisServer} from '../../helpers/redis-server.js';
import {type Bench, output, type Source} from '../bench.js';
import {type Figure, type Measured, times} from '../figure.js';
import {mozillaProgram, startMozillaServer} from '../mozilla-sccache.js';
import {type Command, inTurns, type Place, type Run, wallMs} from '../spawn-timer.js';

const of = ['hello.c', 'mid.cpp'] as const satisfies readonly Source[];
/** Compiles before those that count. */
const warmUp = 30;

/**
 * A host that has nothing of its own, beside a Redis that another host has filled: each compile comes from there, ours, ccache's and
 * Mozilla's.
 */
export const redisHit: Figure = {
	name: 'redis-hit',
	needs: ['ccache', 'redis-server'],
	async measure(bench, effort) {
		const redis = await RedisServer.start();
		try {
			const measured: Measured[] = [];
			for (const source of of)
				measured.push(await compare(bench, redis, source, times(200, effort)));
			return measured;
		} finally {
			await redis.close();
		}
	},
};

async function compare(
	bench: Bench,
	redis: RedisServer,
	source: Source,
	count: number,
): Promise<Measured> {
	bench.copies(source, warmUp + count);
	const name = `{n}-${source}`;
	const caches = [bench.ours(name), bench.ccache(name)];
	const compiles = warmUp + count;
	const ours = {SCCACHE_REDIS_ENDPOINT: redis.url, SCCACHE_REDIS_KEY_PREFIX: 'ours'};
	const ccacheAt = (host: string) => ({
		CCACHE_DIR: join(bench.folder, `ccache-${source}-${host}`),
		CCACHE_REMOTE_STORAGE: redis.url,
	});
	const first = await bench.startDaemon(`redis-${source}-first`, ours);
	each(bench.place(first, ccacheAt('first')), compiles, caches);
	await first.stop();
	const second = await bench.startDaemon(`redis-${source}-second`, ours);
	try {
		const place = bench.place(second, ccacheAt('second'));
		const [oursRuns = [], ccacheRuns = []] = each(place, compiles, caches);
		if (second.counters().hits < compiles) throw new Error('not every compile was a hit');
		const [oursMs, ccacheMs] = [ms(oursRuns), ms(ccacheRuns)];
		const mozillaMs = await mozillas(bench, redis, source, compiles);
		return {
			name: `hit through Redis, ${source}, ours / ccache`,
			value: oursMs / ccacheMs,
			unit: 'ratio',
			target: {atMost: 0.7},
			from: {oursMs, ccacheMs, ...(mozillaMs === undefined ? {} : {sccacheMs: mozillaMs})},
		};
	} finally {
		await second.stop();
	}
}

/** Each of the sources once. */
function each(place: Place, count: number, commands: readonly Command[]) {
	return inTurns(place, {first: 0, count, file: output}, commands);
}

const ms = (runs: readonly Run[]): number => wallMs(runs.slice(warmUp));

/** Undefined: it is not there, or was built without Redis. */
async function mozillas(
	bench: Bench,
	{url}: RedisServer,
	source: Source,
	count: number,
): Promise<number | undefined> {
	const server = await startMozillaServer(bench, 'redis-mozilla', {SCCACHE_REDIS: url});
	if (server === undefined) return undefined;
	try {
		const place: Place = {
			...{program: join(bench.folder, 'spawn-timer'), cwd: bench.work},
			env: {...server.env, PATH: '/usr/bin:/bin', HOME: bench.folder},
		};
		const command = [mozillaProgram, ...bench.plain(`{n}-${source}`)];
		each(place, count, [command]);
		const before = server.hits();
		const [runs = []] = each(place, count, [command]);
		return server.hits() - before < count ? undefined : ms(runs);
	} finally {
		server.stop();
	}
}
