import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {connect} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {parseAddress} from '../../../src/protocol/dist/address.js';
import {decode, encode} from '../../../src/protocol/dist/bincode.js';
import {extensionHeaders} from '../../../src/protocol/dist/extensions.js';
import {allocJobResponse, jobState, toolchain} from '../../../src/protocol/dist/messages.js';
import {schedulerRoutes} from '../../../src/protocol/dist/routes.js';
import {freePort} from '../../helpers/free-port.js';
import {
	archiveId,
	type Connection,
	open,
	register,
	request,
	startScheduler,
} from '../bare-scheduler.js';
import {type Figure, median, times} from '../figure.js';

const servers = 100;
const clients = 50;
const jobsPerSecond = 1000;
/** How long a job is on its server. */
const jobMs = 500;
const roundMs = 5000;
const rounds = 6;
const width = 16;
const stepMs = 10;
/** Of /proc/PID/stat. */
const ticksPerSecond = 100;

/** CPU time of the scheduler's process while dashboards watch a busy farm, less that while none does. */
export const dashboardCost: Figure = {
	name: 'dashboard-cost',
	needs: ['taskset'],
	async measure({folder}, effort) {
		const port = await freePort();
		const scheduler = await startScheduler(folder, port);
		try {
			const farm = await startFarm(port);
			await farm.work(2000);
			const shares = {none: [] as number[], one: [] as number[], five: [] as number[]};
			let done = 0;
			let bytes = 0;
			for (let round = 0; round < times(rounds, effort); round++) {
				for (const [name, count] of [
					['none', 0],
					['one', 1],
					['five', 5],
				] as const) {
					const watchers = Array.from({length: count}, () => watcher(port));
					await sleep(200);
					const [beforeS, beforeMs] = [cpuSeconds(scheduler.pid), performance.now()];
					done += await farm.work(roundMs);
					const seconds = (performance.now() - beforeMs) / 1000;
					shares[name].push((100 * (cpuSeconds(scheduler.pid) - beforeS)) / seconds);
					for (const end of watchers) bytes += end();
				}
			}
			farm.close();
			const none = median(shares.none);
			const from = {
				...{none, one: median(shares.one), five: median(shares.five)},
				jobsPerSecond: (done * 1000) / (3 * shares.none.length * roundMs),
				kbPerSecondEach: bytes / 1000 / ((6 * shares.none.length * roundMs) / 1000),
			};
			const target = {atMost: 10};
			return [
				{name: 'dashboard, of a core', value: from.one - none, unit: '%', target, from},
				{name: 'five dashboards, of a core', value: from.five - none, unit: '%', target, from},
			];
		} finally {
			const ended = once(scheduler, 'exit');
			scheduler.kill('SIGKILL');
			await ended;
		}
	},
};

function cpuSeconds(pid: number | undefined): number {
	const [, after = ''] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
	const fields = after.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Servers and clients that say how they are, and jobs at a steady pace. */
async function startFarm(port: number) {
	const {statuses, tokens} = await register(port, servers);
	const connections = await Promise.all(Array.from({length: width}, () => open(port)));
	const beating = setInterval(() => statuses(servers / 10), 100);
	let nextClient = 0;
	const reporting = setInterval(() => {
		void connections[0]?.ask(clientReport(nextClient++ % clients));
	}, 50);
	return {
		/** Begins jobs for so long, and says how many. All have ended when it resolves. */
		work: async (workMs: number): Promise<number> => {
			const running: Promise<void>[] = [];
			const startedMs = performance.now();
			for (;;) {
				const elapsedMs = performance.now() - startedMs;
				if (elapsedMs >= workMs) break;
				while (running.length < (elapsedMs * jobsPerSecond) / 1000) {
					const connection = connections[running.length % width];
					if (connection !== undefined) running.push(runJob(connection, tokens, running.length));
				}
				await sleep(stepMs);
			}
			await Promise.all(running);
			return running.length;
		},
		close: () => {
			clearInterval(beating);
			clearInterval(reporting);
			for (const connection of connections) connection.close();
		},
	};
}

async function runJob(
	connection: Connection,
	tokens: ReadonlyMap<number, string>,
	n: number,
): Promise<void> {
	const about = {
		host: `desk-${n % clients}`,
		package: `app-misc/some-${n % 40}-1.2.3`,
		unit: `unit-${n}.cc`,
	};
	const requirements = JSON.stringify({
		arch: 'x86_64',
		predictedMs: 1500,
		inputsBytes: 300_000,
		about,
	});
	const answer = await connection.ask(
		request(schedulerRoutes.allocJob, 'shared', encode(toolchain, {archiveId}), {
			[extensionHeaders.job]: requirements,
		}),
	);
	const response = decode(allocJobResponse, answer);
	if (response.kind === 'Fail') throw new Error(response.value.msg);
	const {jobId, serverId} = response.value.jobAlloc;
	const token = tokens.get(parseAddress(serverId)?.port ?? 0) ?? '';
	const say = (kind: 'Started' | 'Complete') =>
		connection.ask(
			request(`${schedulerRoutes.jobState}/${jobId}`, token, encode(jobState, {kind})),
		);
	await say('Started');
	await sleep(jobMs);
	await say('Complete');
}

function clientReport(n: number): Buffer {
	const minutes = Array.from({length: 10}, (_, minute) => ({
		...{compiles: 100 + minute, hits: 60, remote: 30, savedMs: 50_000},
	}));
	const report = {
		...{host: `desk-${n}`, instance: 'one', slots: 8, running: n % 8, waiting: 0},
		...{minutes, hours: [], days: []},
	};
	return request(schedulerRoutes.clientReport, 'shared', Buffer.from(JSON.stringify(report)));
}

/** Takes events and throws them away. Call the result to end it: how many bytes came. */
function watcher(port: number): () => number {
	const socket = connect({port, host: '127.0.0.1'});
	socket.write(
		'GET /dashboard/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer shared\r\n\r\n',
	);
	socket.on('error', () => {});
	socket.on('data', () => {});
	return () => {
		socket.destroy();
		return socket.bytesRead;
	};
}
