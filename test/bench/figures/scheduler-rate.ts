import {once} from 'node:events';
import {parseAddress} from '../../../src/protocol/dist/address.js';
import {decode, encode} from '../../../src/protocol/dist/bincode.js';
import {extensionHeaders} from '../../../src/protocol/dist/extensions.js';
import {allocJobResponse, jobState, toolchain} from '../../../src/protocol/dist/messages.js';
import {schedulerRoutes} from '../../../src/protocol/dist/routes.js';
import {freePort} from '../../helpers/free-port.js';
import {archiveId, open, register, request, startScheduler} from '../bare-scheduler.js';
import {type Figure, times} from '../figure.js';

const servers = 1000;
/** What the scheduler tells so many servers to send, together. */
const statusesPerSecond = 500;
const width = 16;
const allocations = 20_000;

/** Allocations by clients of ours on connections that they keep, while all servers say how they are. The scheduler has one core. */
export const schedulerRate: Figure = {
	name: 'scheduler-rate',
	needs: ['taskset'],
	async measure({folder}, effort) {
		const port = await freePort();
		const scheduler = await startScheduler(folder, port);
		try {
			const {statuses, tokens} = await register(port, servers);
			const beating = setInterval(() => statuses(statusesPerSecond / 50), 20);
			await allocate(port, times(2000, effort));
			const {perSecond, latenciesMs} = await allocate(port, times(allocations, effort));
			const whole = await allocate(port, times(allocations / 4, effort), tokens);
			clearInterval(beating);
			const sorted = latenciesMs.toSorted((a, b) => a - b);
			const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
			const from = {
				...{p50Ms: at(0.5), p99Ms: at(0.99), perSecond, servers, width},
				wholeJobsPerSecond: whole.perSecond,
			};
			return [
				{
					name: 'allocations per second, 1,000 servers',
					value: perSecond,
					unit: '/s',
					target: {atLeast: 2000},
					from,
				},
				{
					name: `allocation, ${width} at once, p99`,
					value: at(0.99),
					unit: 'ms',
					target: {atMost: 20},
					from,
				},
			];
		} finally {
			const ended = once(scheduler, 'exit');
			scheduler.kill('SIGKILL');
			await ended;
		}
	},
};

/** With the servers' tokens: the jobs are also begun and ended. */
async function allocate(port: number, count: number, tokens?: ReadonlyMap<number, string>) {
	const connections = await Promise.all(Array.from({length: width}, () => open(port)));
	const requirements = JSON.stringify({arch: 'x86_64', predictedMs: 1500, inputsBytes: 300_000});
	const body = encode(toolchain, {archiveId});
	const message = request(schedulerRoutes.allocJob, 'shared', body, {
		[extensionHeaders.job]: requirements,
	});
	const latenciesMs: number[] = [];
	let left = count;
	const startedMs = performance.now();
	await Promise.all(
		connections.map(async connection => {
			while (left-- > 0) {
				const sentMs = performance.now();
				const answer = await connection.ask(message);
				latenciesMs.push(performance.now() - sentMs);
				const response = decode(allocJobResponse, answer);
				if (response.kind === 'Fail') throw new Error(response.value.msg);
				if (tokens === undefined) continue;
				const {jobId, serverId} = response.value.jobAlloc;
				const token = tokens.get(parseAddress(serverId)?.port ?? 0) ?? '';
				for (const kind of ['Started', 'Complete'] as const) {
					const path = `${schedulerRoutes.jobState}/${jobId}`;
					await connection.ask(request(path, token, encode(jobState, {kind})));
				}
			}
			connection.close();
		}),
	);
	return {perSecond: (count * 1000) / (performance.now() - startedMs), latenciesMs};
}
