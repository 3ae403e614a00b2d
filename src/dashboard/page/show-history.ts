import type {LiveHistory} from '../../protocol/live.js';
import {type Chart, type ChartKind, createChart} from './chart.js';
import {byId, element, setNote} from './element.js';
import {
	type Choice,
	hitPercents,
	hostsOf,
	packagesOf,
	type Series,
	type SpanName,
	seriesOf,
	spans,
} from './series.js';
import {hitShare} from './sums.js';
import {count, counted, decimal, duration, percent} from './words.js';

/** Soon where there is nothing yet: after a restart clients tell it within seconds. */
const againMs = {some: 60_000, none: 20_000};

/** So that the scale has round numbers. */
function unitOf({sums}: Series): {readonly name: string; readonly ms: number} {
	const longestMs = Math.max(...sums.map(({savedMs}) => savedMs));
	return longestMs < 3 * 3_600_000 ? {name: 'min', ms: 60_000} : {name: 'h', ms: 3_600_000};
}

const kinds: readonly ChartKind[] = [
	{
		title: () => 'From a cache',
		total: ({total}) => `${percent(hitShare(total))} of ${counted(total.compiles, 'compile')}`,
		values: hitPercents,
		format: value => `${count(value)} %`,
		shape: 'line',
		top: 100,
	},
	{
		title: ({step}) => (step === 'hour' ? 'Compiles an hour' : 'Compiles a day'),
		total: ({total}) =>
			`${counted(total.compiles, 'compile')}, ${count(total.remote)} of them on servers`,
		values: ({sums}) => sums.map(({compiles}) => compiles),
		format: count,
		shape: 'bars',
	},
	{
		title: ({step}) => (step === 'hour' ? 'Time saved, by hour' : 'Time saved, by day'),
		total: ({total}) => `${duration(total.savedMs)} saved`,
		values: series => series.sums.map(({savedMs}) => savedMs / unitOf(series).ms),
		format: (value, series) => `${decimal(value)} ${unitOf(series).name}`,
		shape: 'bars',
	},
];

/** Charts of what has been, by host and package as the viewer chooses. */
export function createHistory(): {load(): Promise<void>} {
	let history: LiveHistory = {hours: [], days: []};
	let charts: readonly Chart[] = [];
	const selects = {span: select('span'), host: select('host'), package: select('package')};
	fill(
		selects.span,
		Object.keys(spans).map(name => [name, name]),
	);

	const show = () => {
		const isEmpty = history.hours.length + history.days.length === 0;
		byId('charts').hidden = isEmpty;
		byId('history-choice').hidden = isEmpty;
		setNote(byId('no-history'), isEmpty ? 'Nothing is known of the past yet.' : '');
		if (isEmpty) return;
		if (charts.length === 0) charts = kinds.map(createChart);
		const series = seriesOf(history, chosen(selects), Date.now());
		for (const chart of charts) chart.update(series);
	};
	const redraw = () => {
		for (const chart of charts) chart.redraw();
	};
	let timer: number | undefined;
	const load = async () => {
		clearTimeout(timer);
		history = (await readHistory()) ?? history;
		timer = setTimeout(() => void load(), history.days.length > 0 ? againMs.some : againMs.none);
		const named = (name: string) => [`=${name}`, name || 'outside Portage'] as const;
		fill(selects.host, [['', 'all'], ...hostsOf(history).map(name => [name, name] as const)]);
		fill(selects.package, [['', 'all'], ...packagesOf(history).map(named)]);
		show();
	};
	for (const each of Object.values(selects)) each.addEventListener('change', show);
	byId('history-choice').addEventListener('submit', event => event.preventDefault());
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
	onWidth(byId('charts'), redraw);
	return {load};
}

/** Undefined: the banner says that the connection is lost. */
async function readHistory(): Promise<LiveHistory | undefined> {
	try {
		const answer = await fetch('history', {cache: 'no-store'});
		return answer.ok ? ((await answer.json()) as LiveHistory) : undefined;
	} catch {
		return undefined;
	}
}

type Selects = Readonly<Record<'span' | 'host' | 'package', HTMLSelectElement>>;

function chosen(selects: Selects): Choice {
	const name = selects.package.value;
	return {
		span: selects.span.value as SpanName,
		host: selects.host.value,
		package: name === '' ? undefined : name.slice(1),
	};
}

function select(id: string): HTMLSelectElement {
	const node = byId(id);
	if (node instanceof HTMLSelectElement) return node;
	throw new Error(`${id} is nothing to choose from`);
}

/** What was chosen stays so while it is among the options. */
function fill(node: HTMLSelectElement, options: readonly (readonly [string, string])[]): void {
	const {value} = node;
	node.replaceChildren(...options.map(([name, text]) => element('option', {value: name}, text)));
	if (options.some(([name]) => name === value)) node.value = value;
}

function onWidth(node: HTMLElement, act: () => void): void {
	let width = node.clientWidth;
	new ResizeObserver(() => {
		if (node.clientWidth === width || node.clientWidth === 0) return;
		width = node.clientWidth;
		act();
	}).observe(node);
}
