import {output, type Source, sources} from '../bench.js';
import {type Figure, type Measured, times} from '../figure.js';
import {inTurns, type Run, wallMs} from '../spawn-timer.js';

const atMost: Readonly<Record<Source, number>> = {'hello.c': 0.6, 'mid.cpp': 0.5, 'heavy.cpp': 0.4};

/** One compile at a time, all of them known: ours, ccache's and the plain compiler in turn. */
export const directHit: Figure = {
	name: 'direct-hit',
	needs: ['ccache'],
	async measure(bench, effort) {
		const daemon = await bench.startDaemon('hit-daemon');
		const place = bench.place(daemon);
		const measured: Measured[] = [];
		for (const source of sources) {
			const caches = [bench.ours(source), bench.ccache(source)];
			const turn = (count: number, commands = caches) =>
				inTurns(place, {first: 0, count, file: output}, commands);
			turn(10);
			const before = daemon.counters().hits;
			const runs: Run[][] = [[], [], []];
			const rounds = times(10, effort);
			for (let round = 0; round < rounds; round++) {
				const [ours, ccache, plain] = [...turn(40), ...turn(1, [bench.plain(source)])];
				runs[0]?.push(...(ours ?? []));
				runs[1]?.push(...(ccache ?? []));
				runs[2]?.push(...(plain ?? []));
			}
			if (daemon.counters().hits - before !== rounds * 40)
				throw new Error(`${source}: not every compile was a hit`);
			const [oursMs, ccacheMs, plainMs] = runs.map(wallMs);
			measured.push({
				name: `direct hit, ${source}, ours / ccache`,
				value: (oursMs ?? Number.NaN) / (ccacheMs ?? Number.NaN),
				unit: 'ratio',
				target: {atMost: atMost[source]},
				from: {oursMs: oursMs ?? 0, ccacheMs: ccacheMs ?? 0, plainMs: plainMs ?? 0},
			});
		}
		await daemon.stop();
		return measured;
	},
};
