import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import type {PrivateDaemon} from '../../helpers/private-daemon.js';
import {cpuSeconds, output} from '../bench.js';
import {type Figure, median, times} from '../figure.js';
import {inTurns, type Place, type Run} from '../spawn-timer.js';

/** Short, so that whatever else the machine does meets both sides alike. */
const aTurn = 10;

/** Hits of two daemons in turn; one of them has a folder in the place of its statistics, and so keeps none. */
export const statisticsCost: Figure = {
	name: 'statistics-cost',
	needs: [],
	async measure(bench, effort) {
		mkdirSync(join(bench.folder, 'without-statistics/cache/stats.db'), {recursive: true});
		const sides: Side[] = [];
		for (const name of ['with-statistics', 'without-statistics']) {
			const daemon = await bench.startDaemon(name);
			sides.push({daemon, place: bench.place(daemon), runs: []});
		}
		const command = bench.ours('hello.c');
		const turns = (rounds: number) => {
			for (const side of sides) side.runs = [];
			for (let round = 0; round < rounds; round++) {
				for (const {place, runs} of round % 2 === 0 ? sides : sides.toReversed()) {
					const [made = []] = inTurns(place, {first: 0, count: aTurn, file: output}, [command]);
					runs.push(...made);
				}
			}
		};
		// The daemons' code gets warm.
		turns(50);
		const before = sides.map(({daemon}) => cpuSeconds(daemon.pid));
		const rounds = times(300, effort);
		turns(rounds);
		const daemonMs = sides.map(
			({daemon}, side) =>
				((cpuSeconds(daemon.pid) - (before[side] ?? 0)) * 1000) / (rounds * aTurn),
		);
		for (const {daemon} of sides) await daemon.stop();
		const [withMs = 0, withoutMs = 0] = sides.map(
			({runs}) => median(runs.map(run => run.wallNs)) / 1e6,
		);
		const [withShimMs = 0, withoutShimMs = 0] = sides.map(
			({runs}) => median(runs.map(run => run.cpuUs)) / 1000,
		);
		const [withDaemonMs = 0, withoutDaemonMs = 0] = daemonMs;
		const target = {atMost: 1.03};
		return [
			{
				name: 'direct hit, hello.c, with / without statistics',
				value: withMs / withoutMs,
				unit: 'ratio',
				target,
				from: {withMs, withoutMs},
			},
			{
				name: 'direct hit, hello.c, CPU, with / without statistics',
				value: (withDaemonMs + withShimMs) / (withoutDaemonMs + withoutShimMs),
				unit: 'ratio',
				target,
				from: {withDaemonMs, withoutDaemonMs, withShimMs, withoutShimMs},
			},
		];
	},
};

interface Side {
	readonly daemon: PrivateDaemon;
	readonly place: Place;
	runs: Run[];
}
