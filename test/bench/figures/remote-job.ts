import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {PrivateDaemon} from '../../helpers/private-daemon.js';
import {loopback, PrivateFarm} from '../../helpers/private-farm.js';
import {type Bench, cpuSeconds, output, type Source, sources} from '../bench.js';
import {startDistcc} from '../distcc.js';
import {type Figure, type Measured, median, times} from '../figure.js';
import {inTurns, type Place, type Run, wallMs} from '../spawn-timer.js';
import {untilRemote} from '../until-remote.js';

const atMost: Readonly<Record<Source, number>> = {'hello.c': 1.8, 'mid.cpp': 1.1, 'heavy.cpp': 1};
const counts: Readonly<Record<Source, number>> = {'hello.c': 150, 'mid.cpp': 80, 'heavy.cpp': 8};
/** So many first: each of the daemon's threads sees headers for the first time once. */
const warmUp = 8;
/** After this the daemon has written what it puts off. */
const settleMs = 2000;

/** One job at a time, each on a server of this machine and never seen before: the plain compiler, ours and distcc in turn. */
export const remoteJob: Figure = {
	name: 'remote-job',
	needs: ['distcc', 'distccd', 'bwrap'],
	async measure(bench, effort) {
		const folder = join(bench.folder, 'remote-job');
		const farm = await PrivateFarm.start(join(folder, 'farm'), {
			scheduler: loopback,
			servers: [loopback],
		});
		const distcc = await startDistcc(join(folder, 'distcc'), [loopback], 2);
		const config = farm.clientFile('client', '[daemon]\nlocal_slots = 0\n');
		const daemon = await bench.startDaemon('remote-job/daemon', {SCCACHE_CONF: config});
		try {
			const place = bench.place(daemon, distcc.env);
			await untilRemote(bench, daemon, place);
			const measured: Measured[] = [];
			for (const source of sources) {
				measured.push(...(await measure(bench, {place, daemon}, source, effort)));
			}
			return measured;
		} finally {
			await daemon.stop();
			await distcc.stop();
			await farm.stop();
		}
	},
};

async function measure(
	bench: Bench,
	{place, daemon}: {readonly place: Place; readonly daemon: PrivateDaemon},
	source: Source,
	effort: number,
): Promise<readonly Measured[]> {
	const count = times(counts[source], effort);
	bench.copies(source, warmUp + count);
	const commands = [bench.plain, bench.ours, bench.distcc].map(compile => compile(`{n}-${source}`));
	inTurns(place, {first: 0, count: warmUp, file: output}, commands);
	await sleep(settleMs);
	const remoteBefore = daemon.counters().remote;
	const cpuBefore = cpuSeconds(daemon.pid);
	const runs = inTurns(place, {first: warmUp, count, file: output}, commands);
	await sleep(settleMs);
	const daemonMs = ((cpuSeconds(daemon.pid) - cpuBefore) * 1000) / count;
	if (daemon.counters().remote - remoteBefore !== count) {
		throw new Error(`${source}: not every compile was remote`);
	}
	const cpuMs = runs.map(of => median(of.map(run => run.cpuUs)) / 1000);
	const [plain = [], ours = [], distcc = []] = runs;
	const [plainMs, oursMs, distccMs] = [plain, ours, distcc].map(wallMs) as [number, number, number];
	const overheadMs = moreMs(ours, plain);
	const distccOverheadMs = moreMs(distcc, plain);
	const [, shimMs = 0, distccCpuMs = 0] = cpuMs;
	return [
		{
			name: `remote job, ${source}, (ours - plain) / (distcc - plain)`,
			value: overheadMs / distccOverheadMs,
			unit: 'ratio',
			target: {atMost: atMost[source]},
			from: {overheadMs, distccOverheadMs, oursMs, distccMs, plainMs},
		},
		{
			name: `remote job, ${source}, client's CPU, ours / distcc`,
			value: (shimMs + daemonMs) / distccCpuMs,
			unit: 'ratio',
			target: {atMost: 1.2},
			from: {shimMs, daemonMs, distccMs: distccCpuMs},
		},
	];
}

/** The median of the differences within a turn: whatever slows the machine down for longer is in both runs of it. */
function moreMs(these: readonly Run[], those: readonly Run[]): number {
	const differences = these.map(({wallNs}, turn) => wallNs - (those[turn]?.wallNs ?? Number.NaN));
	return median(differences) / 1e6;
}
