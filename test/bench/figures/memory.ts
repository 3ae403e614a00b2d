import {residentMB} from '../bench.js';
import {type Figure, times} from '../figure.js';
import {inCrowd} from '../spawn-timer.js';

const compiles = 20_000;
const width = 4;

/** Half of them new, half of them known by then: the daemon's memory at the end. */
export const memory: Figure = {
	name: 'memory',
	needs: [],
	async measure(bench, effort) {
		const daemon = await bench.startDaemon('memory-daemon');
		const place = bench.place(daemon);
		const atStartMB = residentMB(daemon.pid);
		const command = [bench.ours('{n}-hello.c', {args: ['-O0'], output: 'out-{slot}.o'})];
		const count = times(compiles / 2, effort);
		bench.copies('hello.c', count);
		inCrowd(place, {first: 0, count, width}, command);
		const afterMissesMB = residentMB(daemon.pid);
		inCrowd(place, {first: 0, count, width}, command);
		const value = residentMB(daemon.pid);
		const {hits, misses} = daemon.counters();
		await daemon.stop();
		return [
			{
				name: `daemon's memory after ${2 * count} compiles`,
				value,
				unit: 'MB',
				target: {atMost: 150},
				from: {atStartMB, afterMissesMB, hits, misses},
			},
		];
	},
};
