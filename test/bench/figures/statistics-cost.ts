import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {cpuSeconds, output} from '../bench.js';
import {type Figure, median, times} from '../figure.js';
import {inTurns, type Run} from '../spawn-timer.js';

const aTurn = 50;

/** Hits of two daemons in turn; one of them has a folder in the place of its statistics, and so keeps none. */
export const statisticsCost: Figure = {
	name: 'statistics-cost',
	needs: [],
	async measure(bench, effort) {
		mkdirSync(join(bench.folder, 'without-statistics/cache/stats.db'), {recursive: true});
		const sides = [];
		for (const name of ['with-statistics', 'without-statistics']) {
			const daemon = await bench.startDaemon(name);
			sides.push({daemon, place: bench.place(daemon), runs: [] as Run[], daemonMs: [] as number[]});
		}
		const commands = [bench.ours('hello.c')];
		const rounds = times(60, effort);
		// The first rounds warm the daemons' code up.
		for (let round = -10; round < rounds; round++) {
			for (const {daemon, place, runs, daemonMs} of round % 2 === 0 ? sides : sides.toReversed()) {
				const before = cpuSeconds(daemon.pid);
				const [made = []] = inTurns(place, {first: 0, count: aTurn, file: output}, commands);
				if (round < 0) continue;
				runs.push(...made);
				daemonMs.push(((cpuSeconds(daemon.pid) - before) * 1000) / aTurn);
			}
		}
		for (const {daemon} of sides) await daemon.stop();
		const [withMs = 0, withoutMs = 0] = sides.map(
			({runs}) => median(runs.map(run => run.wallNs)) / 1e6,
		);
		const [withDaemonMs = 0, withoutDaemonMs = 0] = sides.map(
			({daemonMs}) => daemonMs.reduce((sum, ms) => sum + ms, 0) / daemonMs.length,
		);
		const [withShimMs = 0, withoutShimMs = 0] = sides.map(
			({runs}) => runs.reduce((sum, run) => sum + run.cpuUs, 0) / runs.length / 1000,
		);
		const target = {atMost: 1.03};
		return [
			{
				name: 'direct hit, with / without statistics',
				value: withMs / withoutMs,
				unit: 'ratio',
				target,
				from: {withMs, withoutMs},
			},
			{
				name: 'direct hit, CPU, with / without statistics',
				value: (withDaemonMs + withShimMs) / (withoutDaemonMs + withoutShimMs),
				unit: 'ratio',
				target,
				from: {withDaemonMs, withoutDaemonMs, withShimMs, withoutShimMs},
			},
		];
	},
};
