import {boundedLabel} from '../metrics/bounded-label.js';
import type {Metrics, Values} from '../metrics/create-metrics.js';
import type {EndedJob, SchedulerState} from './state.js';
import type {Waiting} from './waiting.js';

/** What happens, for the counters. */
export interface Tally {
	/** A client has its answer, after so long. */
	allocated(result: 'server' | 'none' | 'gone', waitedMs: number): void;
	jobEnded(ended: EndedJob): void;
	/** Somebody had no right to what was asked. */
	refused(peer: 'client' | 'server'): void;
}

/** Of servers that came and went. */
const mostServers = 500;

export function createTally(metrics: Metrics): Tally {
	const allocations = metrics.counter({
		name: 'sccache_scheduler_allocations_total',
		help: 'Answers to clients that asked for a server, by what they were given.',
		labels: ['result'],
		from0: [{result: 'server'}, {result: 'none'}, {result: 'gone'}],
	});
	const allocationSeconds = metrics.durations({
		name: 'sccache_scheduler_allocation_seconds',
		help: 'How long clients waited for a server.',
	});
	const jobs = metrics.counter({
		name: 'sccache_scheduler_jobs_total',
		help: 'Jobs that have ended, by server and outcome.',
		labels: ['server', 'outcome'],
	});
	const jobSeconds = metrics.durations({
		name: 'sccache_scheduler_job_seconds',
		help: 'How long jobs ran on servers.',
	});
	const refusals = metrics.counter({
		name: 'sccache_scheduler_refused_requests_total',
		help: 'Requests with a wrong token or none, by whom they should have come from.',
		labels: ['peer'],
		from0: [{peer: 'client'}, {peer: 'server'}],
	});
	const known = boundedLabel(mostServers);
	return {
		allocated: (result, waitedMs) => {
			allocations.inc({result});
			allocationSeconds.observe(waitedMs / 1000);
		},
		jobEnded: ({server, outcome, actualMs}) => {
			jobs.inc({server: known(server), outcome});
			if (actualMs !== undefined) jobSeconds.observe(actualMs / 1000);
		},
		refused: peer => refusals.inc({peer}),
	};
}

/** What the scheduler knows at the moment of being asked. */
export function declareState(metrics: Metrics, state: SchedulerState, waiting: Waiting): void {
	type Servers = ReturnType<SchedulerState['list']>;
	const each =
		(value: (server: Servers[number]) => number): (() => Values) =>
		() =>
			state.list().map(server => [{server: server.address}, value(server)] as const);
	const labels = ['server'];
	metrics.gauge(
		{
			name: 'sccache_scheduler_servers',
			help: 'Build servers, by whether they take jobs.',
			labels: ['state'],
		},
		() => {
			const counts = {up: 0, draining: 0, quarantined: 0};
			for (const server of state.list()) counts[standingOf(server)]++;
			return Object.entries(counts).map(([name, count]) => [{state: name}, count] as const);
		},
	);
	metrics.gauge(
		{
			name: 'sccache_scheduler_jobs',
			help: 'Jobs that servers have, by how far they are.',
			labels: ['state'],
		},
		() => Object.entries(state.jobStates()).map(([name, count]) => [{state: name}, count] as const),
	);
	metrics.gauge(
		{name: 'sccache_scheduler_queued_jobs', help: 'Clients that wait for a server.'},
		() => waiting.size,
	);
	metrics.gauge(
		{
			name: 'sccache_scheduler_server_slots',
			help: 'Jobs that a build server runs at once.',
			labels,
		},
		each(({status, numCpus}) => status?.slots ?? numCpus),
	);
	metrics.gauge(
		{name: 'sccache_scheduler_server_jobs', help: 'Jobs that a build server has.', labels},
		each(({inProgress}) => inProgress),
	);
	metrics.gauge(
		{
			name: 'sccache_scheduler_server_speed_ratio',
			help: 'How fast a build server compiles; 1 is the speed that clients reckon with.',
			labels,
		},
		each(({speed}) => speed),
	);
	metrics.gauge(
		{
			name: 'sccache_scheduler_server_quarantined',
			help: '1 for a build server that gets no jobs since it failed.',
			labels,
		},
		each(({quarantine}) => (quarantine === undefined ? 0 : 1)),
	);
	metrics.gauge(
		{
			name: 'sccache_scheduler_server_silence_seconds',
			help: 'How long ago a build server was heard of.',
			labels,
		},
		each(({lastSeenMs}) => lastSeenMs / 1000),
	);
	metrics.gauge(
		{
			name: 'sccache_scheduler_server_toolchains',
			help: 'Toolchains that a build server has ready.',
			labels,
		},
		each(({status}) => status?.toolchains.length ?? 0),
	);
}

function standingOf({
	status,
	quarantine,
}: ReturnType<SchedulerState['list']>[number]): 'up' | 'draining' | 'quarantined' {
	if (quarantine !== undefined) return 'quarantined';
	return status !== undefined && status.state !== 'up' ? 'draining' : 'up';
}
