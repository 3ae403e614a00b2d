import {sources} from '../bench.js';
import {type Figure, median, times} from '../figure.js';
import {inCrowd} from '../spawn-timer.js';

const width = 8;
const count = 600;

/** Known compiles, eight at once: each cache has the machine for itself, in alternating stretches. */
export const throughput: Figure = {
	name: 'throughput',
	needs: ['ccache'],
	async measure(bench, effort) {
		const daemon = await bench.startDaemon('throughput-daemon');
		const place = bench.place(daemon);
		const commands = [bench.ours, bench.ccache].map(compile =>
			sources.map(source => compile(source, {output: 'out-{slot}.o'})),
		);
		const perSecond: number[][] = [[], []];
		for (const command of commands) inCrowd(place, {first: 0, count: 60, width}, command);
		const before = daemon.counters().hits;
		const rounds = times(7, effort);
		for (let round = 0; round < rounds; round++)
			for (const [index, command] of commands.entries())
				perSecond[index]?.push((count * 1e9) / inCrowd(place, {first: 0, count, width}, command));
		if (daemon.counters().hits - before !== rounds * count)
			throw new Error('not every compile was a hit');
		await daemon.stop();
		const [ours, ccache] = perSecond.map(median);
		return [
			{
				name: 'hits per second, 8 at once, ours / ccache',
				value: (ours ?? Number.NaN) / (ccache ?? Number.NaN),
				unit: 'ratio',
				target: {atLeast: 2.5},
				from: {oursPerSecond: ours ?? 0, ccachePerSecond: ccache ?? 0},
			},
		];
	},
};
