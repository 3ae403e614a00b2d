import {AppError} from '../lib/errors.js';
import type {Metrics} from '../metrics/create-metrics.js';
import {readMemory} from './host.js';
import type {Obtained, Results} from './obtain-result.js';
import type {Slots} from './slots.js';
import type {Toolchains} from './toolchains.js';

/** As labels have them. */
const results = {
	ok: 'ok',
	mismatch: 'mismatch',
	tooLarge: 'too_large',
	invalid: 'invalid',
} as const;

/** What happens, for the counters. */
export interface Tally {
	/** A client has its result, from inputs that came as so many bytes. */
	done(obtained: Obtained, inputBytes: number): void;
	/** A job came to nothing. */
	failed(error: unknown): void;
	toolchainReceived(result: keyof typeof results): void;
}

export function createTally(metrics: Metrics): Tally {
	const jobs = metrics.counter({
		name: 'sccache_server_jobs_total',
		help: 'Jobs that have ended; those with outcome compiler_error are done too, and their compiler said no.',
		labels: ['outcome'],
		from0: [{outcome: 'done'}, {outcome: 'compiler_error'}, {outcome: 'failed'}],
	});
	const errors = metrics.counter({
		name: 'sccache_server_job_errors_total',
		help: 'Jobs that came to nothing, by the code of the error.',
		labels: ['code'],
	});
	const seconds = metrics.durations({
		name: 'sccache_server_job_seconds',
		help: 'How long compilers ran.',
	});
	const hits = metrics.counter({
		name: 'sccache_server_result_hits_total',
		help: 'Jobs that did not run, since the result of an identical one was kept, or came while they waited for it.',
		labels: ['source'],
		from0: [{source: 'stored'}, {source: 'shared'}],
	});
	const cpuSeconds = metrics.counter({
		name: 'sccache_server_job_cpu_seconds_total',
		help: 'Processor time of compilers.',
	});
	const received = metrics.counter({
		name: 'sccache_server_input_bytes_total',
		help: 'What clients sent for jobs.',
	});
	const sent = metrics.counter({
		name: 'sccache_server_output_bytes_total',
		help: 'What compilers wrote, before it is compressed.',
	});
	const toolchains = metrics.counter({
		name: 'sccache_server_toolchains_received_total',
		help: 'Toolchains that clients sent, by whether they could be kept.',
		labels: ['result'],
		from0: Object.values(results).map(result => ({result})),
	});
	return {
		done: ({result, source}, inputBytes) => {
			const {exit, wallMs, cpuMs, outputs} = result;
			jobs.inc({outcome: 'code' in exit && exit.code === 0 ? 'done' : 'compiler_error'});
			received.inc({}, inputBytes);
			if (source !== 'run') {
				hits.inc({source});
				return;
			}
			seconds.observe(wallMs / 1000);
			cpuSeconds.inc({}, cpuMs / 1000);
			sent.inc(
				{},
				outputs.reduce((sum, {bytes}) => sum + bytes.length, 0),
			);
		},
		failed: error => {
			jobs.inc({outcome: 'failed'});
			errors.inc({code: error instanceof AppError ? error.code : 'INTERNAL'});
		},
		toolchainReceived: result => toolchains.inc({result: results[result]}),
	};
}

export interface ServerView {
	readonly size: number;
	readonly slots: Pick<Slots, 'running' | 'waiting'>;
	readonly toolchains: Pick<Toolchains, 'status'>;
	readonly results: Results | undefined;
	readonly isDraining: () => boolean;
	/** The scheduler knows this server. */
	readonly isHeard: () => boolean;
}

/** What the server is at the moment of being asked. */
export function declareServer(metrics: Metrics, view: ServerView): void {
	const {size, slots, toolchains, results, isDraining, isHeard} = view;
	metrics.gauge(
		{name: 'sccache_server_slots', help: 'Jobs that this server runs at once.'},
		() => size,
	);
	metrics.gauge(
		{name: 'sccache_server_running_jobs', help: 'Jobs whose compiler runs.'},
		() => slots.running,
	);
	metrics.gauge(
		{
			name: 'sccache_server_waiting_jobs',
			help: 'Jobs that are being received, or wait for a slot or for memory.',
		},
		() => slots.waiting,
	);
	metrics.gauge(
		{
			name: 'sccache_server_toolchains',
			help: 'Toolchains, by whether they were tried and run, or are refused.',
			labels: ['state'],
		},
		() => {
			const status = toolchains.status();
			return [
				[{state: 'ready'}, status.toolchains.length],
				[{state: 'refused'}, Object.keys(status.refused).length],
			];
		},
	);
	metrics.gauge(
		{name: 'sccache_server_results', help: 'Results of jobs that are kept.'},
		() => results?.store.count ?? 0,
	);
	metrics.gauge(
		{name: 'sccache_server_result_bytes', help: 'What kept results take on disk.'},
		() => results?.store.sizeBytes ?? 0,
	);
	metrics.gauge(
		{name: 'sccache_server_draining', help: '1 when this server takes no more jobs.'},
		() => Number(isDraining()),
	);
	metrics.gauge(
		{name: 'sccache_server_scheduler_up', help: '1 when the scheduler knows this server.'},
		() => Number(isHeard()),
	);
	metrics.gauge(
		{name: 'sccache_server_memory_total_bytes', help: 'Memory of the host.'},
		() => readMemory().totalBytes,
	);
	metrics.gauge(
		{name: 'sccache_server_memory_free_bytes', help: 'Memory of the host that programs may have.'},
		() => readMemory().freeBytes,
	);
}
