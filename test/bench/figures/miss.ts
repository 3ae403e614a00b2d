import {setTimeout as sleep} from 'node:timers/promises';
import {type Bench, cpuSeconds, output, type Source} from '../bench.js';
import {type Figure, type Measured, median, times} from '../figure.js';
import {inTurns} from '../spawn-timer.js';

/** After this the daemon has written what it puts off. */
const settleMs = 3000;

/** Compiles that were never seen before: what everything of ours costs, in CPU, beside the compiler alone. */
export const miss: Figure = {
	name: 'miss',
	needs: [],
	measure: async (bench, effort) => [
		await measure(bench, 'mid.cpp', times(60, effort), 1.12),
		await measure(bench, 'heavy.cpp', times(20, effort), 1.03),
	],
};

async function measure(
	bench: Bench,
	source: Source,
	count: number,
	atMost: number,
): Promise<Measured> {
	const daemon = await bench.startDaemon(`miss-daemon-${source}`);
	const place = bench.place(daemon);
	bench.copies(source, count + 3);
	const commands = [bench.plain, bench.ours].map(compile => compile(`{n}-${source}`));
	inTurns(place, {first: 0, count: 3, file: output}, commands);
	await sleep(settleMs);
	const misses = daemon.counters().misses;
	const before = cpuSeconds(daemon.pid);
	const runs = inTurns(place, {first: 3, count, file: output}, commands);
	await sleep(settleMs);
	const daemonMs = ((cpuSeconds(daemon.pid) - before) * 1000) / count;
	if (daemon.counters().misses - misses !== count)
		throw new Error(`${source}: not every compile was a miss`);
	await daemon.stop();
	const [plainMs, shimMs] = runs.map(of => median(of.map(run => run.cpuUs)) / 1000);
	return {
		name: `miss, CPU, ${source}, ours / plain`,
		value: ((shimMs ?? Number.NaN) + daemonMs) / (plainMs ?? Number.NaN),
		unit: 'ratio',
		target: {atMost},
		from: {plainMs: plainMs ?? 0, shimAndCompilerMs: shimMs ?? 0, daemonMs},
	};
}
