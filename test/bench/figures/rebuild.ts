import {join} from 'node:path';
import type {PrivateDaemon} from '../../helpers/private-daemon.js';
import {type Bench, output} from '../bench.js';
import type {Figure} from '../figure.js';
import {searchOptions, sourceCount, writeSearchedProject} from '../searched-project.js';
import {inTurns, type Run, wallMs} from '../spawn-timer.js';

/** Compiles before those that count. */
const warmUp = 20;

/** A package built again in Portage's folder, by a daemon that has just started: each source is asked for once. */
export const rebuild: Figure = {
	name: 'rebuild',
	needs: ['ccache'],
	async measure(bench) {
		const buildFolder = join(bench.folder, 'portage/dev-test/searched-1.2');
		const folder = join(buildFolder, 'work/searched-1.2');
		writeSearchedProject(folder);
		const build = (daemon: PrivateDaemon) => eachOnce(bench, daemon, {buildFolder, folder});
		const first = await bench.startDaemon('rebuild');
		build(first);
		await first.stop();
		const second = await bench.startDaemon('rebuild');
		try {
			const [ours = [], ccache = []] = build(second);
			if (second.counters().hits < sourceCount) throw new Error('not every compile was a hit');
			const [oursMs, ccacheMs] = [ms(ours), ms(ccache)];
			return [
				{
					name: 'hit in a rebuild, ours / ccache',
					value: oursMs / ccacheMs,
					unit: 'ratio',
					target: {atMost: 0.7},
					from: {oursMs, ccacheMs},
				},
			];
		} finally {
			await second.stop();
		}
	},
};

function eachOnce(
	bench: Bench,
	daemon: PrivateDaemon,
	{buildFolder, folder}: {readonly buildFolder: string; readonly folder: string},
): readonly (readonly Run[])[] {
	const args = searchOptions(folder);
	const place = {...bench.place(daemon, {PORTAGE_BUILDDIR: buildFolder}), cwd: folder};
	return inTurns(place, {first: 0, count: sourceCount, file: output}, [
		bench.ours('{n}.c', {args}),
		bench.ccache('{n}.c', {args}),
	]);
}

const ms = (runs: readonly Run[]): number => wallMs(runs.slice(warmUp));
