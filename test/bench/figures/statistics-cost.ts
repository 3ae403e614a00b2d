import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {type Figure, times} from '../figure.js';
import {compareDaemons} from '../two-daemons.js';

/** Hits of two daemons in turn; one of them has a folder in the place of its statistics, and so keeps none. */
export const statisticsCost: Figure = {
	name: 'statistics-cost',
	needs: [],
	async measure(bench, effort) {
		mkdirSync(join(bench.folder, 'without-statistics/cache/stats.db'), {recursive: true});
		const command = bench.ours('hello.c');
		const [kept, without] = await compareDaemons(
			bench,
			[
				['with-statistics', {}],
				['without-statistics', {}],
			],
			{warmUp: 50, rounds: times(300, effort), each: 10, commands: () => [command]},
		);
		if (kept === undefined || without === undefined) throw new Error('two daemons');
		const target = {atMost: 1.03};
		return [
			{
				name: 'direct hit, hello.c, with / without statistics',
				value: kept.wallMs / without.wallMs,
				unit: 'ratio',
				target,
				from: {withMs: kept.wallMs, withoutMs: without.wallMs},
			},
			{
				name: 'direct hit, hello.c, CPU, with / without statistics',
				value: (kept.daemonMs + kept.shimMs) / (without.daemonMs + without.shimMs),
				unit: 'ratio',
				target,
				from: {
					withDaemonMs: kept.daemonMs,
					withoutDaemonMs: without.daemonMs,
					withShimMs: kept.shimMs,
					withoutShimMs: without.shimMs,
				},
			},
		];
	},
};
