import {readdirSync} from 'node:fs';
import {Counter, Gauge, Histogram, Registry} from 'prom-client';

export type Labels = Readonly<Record<string, string>>;
/** A value for each set of labels. */
export type Values = Iterable<readonly [labels: Labels, value: number]>;

export interface Declared {
	readonly name: string;
	/** One sentence, as `/metrics` shows it. */
	readonly help: string;
	readonly labels?: readonly string[];
	/** Sets of labels that are there from the start, so that the first of its kind is seen as one more. */
	readonly from0?: readonly Labels[];
}

export interface Family {
	readonly name: string;
	readonly type: 'counter' | 'gauge' | 'histogram';
	readonly labels: readonly string[];
}

/** What a daemon counts and is, as Prometheus reads it. A daemon has one of these, and declares each name once. */
export interface Metrics {
	/** What is now; asked for whenever somebody looks. */
	gauge(declared: Declared, ask: () => number | Values): void;
	/** What has been counted elsewhere. */
	counted(declared: Declared, ask: () => number | Values): void;
	counter(declared: Declared): {inc(labels?: Labels, value?: number): void};
	/** How long something takes, in seconds. */
	durations(declared: Declared): {observe(seconds: number): void};
	/** What has been declared. */
	families(): readonly Family[];
	/** In the text format of Prometheus. */
	text(): Promise<string>;
	readonly contentType: string;
}

export interface MetricsOptions {
	/** What sort of daemon it is. */
	readonly component: 'client' | 'scheduler' | 'server';
	readonly version: string;
}

/** From a hit to the longest compiles. */
const buckets = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];

export function createMetrics({component, version}: MetricsOptions): Metrics {
	const registry = new Registry();
	const registers = [registry];
	const families: Family[] = [];
	const told = ({name, help, labels = []}: Declared, type: Family['type']) => {
		families.push({name, type, labels});
		return {name, help, labelNames: [...labels], registers};
	};
	const metrics: Metrics = {
		gauge: (declared, ask) =>
			void new Gauge({
				...told(declared, 'gauge'),
				collect() {
					this.reset();
					// Without labels it would be 0 then, where there may be no value at all.
					this.remove({});
					for (const [labels, value] of valuesOf(ask())) this.set(labels, value);
				},
			}),
		counted: (declared, ask) =>
			void new Counter({
				...told(declared, 'counter'),
				collect() {
					this.reset();
					for (const [labels, value] of valuesOf(ask())) this.inc(labels, value);
				},
			}),
		counter: declared => {
			const counter = new Counter(told(declared, 'counter'));
			for (const labels of declared.from0 ?? []) counter.inc(labels, 0);
			return {inc: (labels = {}, value = 1) => counter.inc(labels, value)};
		},
		durations: declared => new Histogram({...told(declared, 'histogram'), buckets}),
		families: () => families,
		text: () => registry.metrics(),
		contentType: registry.contentType,
	};
	declareProcess(metrics);
	metrics.gauge(
		{
			name: 'sccache_build_info',
			help: 'The daemon that answers, and its version.',
			labels: ['component', 'version'],
		},
		() => [[{component, version}, 1]],
	);
	return metrics;
}

function valuesOf(value: number | Values): Values {
	return typeof value === 'number' ? [[{}, value]] : value;
}

/** Under the names that client libraries of Prometheus agree on. */
function declareProcess(metrics: Metrics): void {
	const startedS = Math.round(Date.now() / 1000 - process.uptime());
	metrics.counted(
		{name: 'process_cpu_seconds_total', help: 'Processor time of the daemon and all its threads.'},
		() => {
			const {user, system} = process.cpuUsage();
			return (user + system) / 1e6;
		},
	);
	metrics.gauge(
		{name: 'process_resident_memory_bytes', help: 'Memory that the daemon has in use.'},
		() => process.memoryUsage.rss(),
	);
	metrics.gauge(
		{name: 'process_start_time_seconds', help: 'When the daemon started, since the epoch.'},
		() => startedS,
	);
	metrics.gauge(
		{name: 'process_open_fds', help: 'Files and sockets that the daemon has open.'},
		() => readdirSync('/proc/self/fd').length,
	);
}
