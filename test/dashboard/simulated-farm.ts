import {schedulerRoutes} from '../../src/protocol/dist/routes.js';
import type {LiveSums} from '../../src/protocol/live.js';
import {overAndOver} from '../helpers/over-and-over.js';
import {
	allocated,
	archiveId,
	clientToken,
	type Peers,
	plainPin,
} from '../scheduler/running-scheduler.js';

/** A name that would be a script where text became part of a page. */
export const hostileName = '<img src=x onerror="document.title=\'broken\'">';

const otherToolchains = ['1c', '7e', 'd0'].map(digits => digits.repeat(32));

const servers = [
	{
		address: '127.0.0.1:10501',
		slots: 16,
		load: 9.4,
		freeBytes: 41e9,
		toolchains: [archiveId, ...otherToolchains],
	},
	{address: '127.0.0.1:10502', slots: 32, load: 21.7, freeBytes: 88e9, toolchains: [archiveId]},
	{
		address: '127.0.0.1:10503',
		slots: 8,
		load: 2.1,
		freeBytes: 12e9,
		toolchains: [archiveId, ...otherToolchains.slice(1)],
	},
	{
		address: '127.0.0.1:10504',
		slots: 4,
		load: 0.3,
		freeBytes: 3e9,
		toolchains: [],
		arch: 'aarch64',
	},
	{address: '127.0.0.1:10505', slots: 12, load: 0, freeBytes: 30e9, toolchains: [archiveId]},
] as const;

const broken = '127.0.0.1:10505';

const units = [
	['sys-devel/gcc-15.2.0', ['tree-ssa-loop-ivopts.cc', 'insn-recog.cc', 'gimple-match-3.cc']],
	['dev-qt/qtbase-6.10.1', ['qwidget.cpp', 'qtextdocument.cpp', 'moc_qabstractitemview.cpp']],
	['www-client/firefox-145.0', ['UnifiedBindings17.cpp', 'style', 'webrender']],
	['sys-kernel/gentoo-kernel-6.12.58', ['sched/fair.c', 'ext4/inode.c']],
	['app-office/libreoffice-25.8.3.2', ['viewdata.cxx', hostileName]],
] as const;

export interface FarmOptions {
	/** Of each start of the servers. */
	readonly nonce?: bigint;
	readonly jobs?: number;
}

/** Servers with jobs that stay, one of them in quarantine, and clients with a past. */
export async function fillFarm(
	peers: Peers,
	{nonce = 1n, jobs = 44}: FarmOptions = {},
): Promise<void> {
	for (const {address, slots} of servers) {
		await peers.heartbeat(address, {numCpus: slots, serverNonce: nonce});
	}
	await tellStatuses(peers);
	await failOn(peers, broken);
	for (let n = 0; n < jobs; n++) {
		const [name, files] = units[n % units.length] ?? ['', []];
		const about = {
			host: `builder-${1 + (n % 3)}`,
			package: name,
			unit: files[n % files.length] ?? '',
		};
		const {jobId, serverId} = allocated(
			await peers.allocate({about, predictedMs: 20_000, waitMs: 0}),
		);
		if (n % 7 !== 0) await peers.report(serverId, jobId, 'Started');
	}
	await reportClients(peers);
}

export async function tellStatuses(peers: Peers): Promise<void> {
	for (const {address, slots, load, freeBytes, toolchains, ...rest} of servers) {
		await peers.status(address, {
			...{slots, load, memoryFreeBytes: freeBytes, memoryTotalBytes: 128e9, running: 1},
			toolchains: [...toolchains],
			arch: 'arch' in rest ? rest.arch : 'x86_64',
			refused: address.endsWith('4') ? {[archiveId]: 'made for x86_64, and this is aarch64'} : {},
			state: address.endsWith('3') ? 'draining' : 'up',
		});
	}
}

/** If it gets a job at all. */
async function failOn(peers: Peers, server: string): Promise<void> {
	const others = servers.filter(({address}) => address !== server);
	const avoid = Object.fromEntries(others.map(({address}) => [address, plainPin]));
	const response = await peers.allocate({avoid, waitMs: 0});
	if (response.kind === 'Fail') return;
	const reason = 'bwrap: No permissions to create a new namespace';
	await peers.report(server, response.value.jobAlloc.jobId, 'Complete', {ok: false, reason});
}

async function reportClients(peers: Peers): Promise<void> {
	const hour = Math.floor(Date.now() / 3_600_000);
	const day = Math.floor(hour / 24);
	for (const [index, host] of ['builder-1', 'builder-2', 'builder-3'].entries()) {
		const report = {
			...{host, instance: 'one', slots: 8, running: 3 - index, waiting: index * 2},
			minutes: Array.from({length: 10}, (_, minute) => sums(40 + 7 * minute, 0.5 + index / 8)),
			hours: Array.from({length: 14 * 24}, (_, ago) => ({
				...sums(wave(ago, 24) * 900 * (index + 1), 0.45 + 0.3 * wave(ago, 90)),
				hour: hour - ago,
			})).filter(({compiles}) => compiles > 100),
			days: Array.from({length: 90}, (_, ago) =>
				units.map(([name], n) => ({
					...sums(wave(ago + 5 * n, 17) * 4000, 0.4 + 0.5 * wave(ago + n, 60)),
					...{day: day - ago, package: name},
				})),
			)
				.flat()
				.filter(({compiles}) => compiles > 500),
		};
		const answer = await peers.send({
			path: schedulerRoutes.clientReport,
			token: clientToken,
			body: Buffer.from(JSON.stringify(report)),
		});
		if (answer.status !== 200) throw new Error(answer.body.toString());
	}
}

/** From 0 to 1, and back. */
const wave = (at: number, period: number) => (1 - Math.cos((2 * Math.PI * at) / period)) / 2;

function sums(compiles: number, share: number): LiveSums {
	const count = Math.round(compiles);
	const hits = Math.round(count * Math.min(1, share));
	return {compiles: count, hits, remote: Math.round((count - hits) * 0.6), savedMs: hits * 840};
}

/** Says each half second how the servers are, and fails what is tried on the broken one, until told to stop; the test must not end before. */
export function keepAlive(peers: Peers): () => Promise<void> {
	return overAndOver(async () => {
		await tellStatuses(peers).catch(() => {});
		await failOn(peers, broken);
	});
}
