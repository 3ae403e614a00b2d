import {byId, element, setText} from './element.js';
import type {Series} from './series.js';
import uPlot from './uplot.js';

export interface ChartKind {
	readonly title: (series: Series) => string;
	/** What all of it comes to, in words. */
	readonly total: (series: Series) => string;
	readonly values: (series: Series) => (number | null)[];
	readonly format: (value: number, series: Series) => string;
	readonly shape: 'bars' | 'line';
	/** Of the upper end of the scale, where it is always the same. */
	readonly top?: number;
}

export interface Chart {
	update(series: Series): void;
	/** Colours or the room for it have changed. */
	redraw(): void;
}

const heightPx = 180;
const mostRows = 400;

/** A chart with its sum in words, and the same as a table for those who do not look at it. */
export function createChart(kind: ChartKind): Chart {
	const title = element('h3');
	const total = element('p', {class: 'total'});
	const readout = element('p', {class: 'readout quiet', 'aria-hidden': 'true'});
	const plot = element('div', {class: 'plot', 'aria-hidden': 'true'});
	const caption = element('caption', {class: 'for-readers'});
	const rows = element('tbody');
	const table = element(
		'table',
		{},
		caption,
		element(
			'thead',
			{},
			element(
				'tr',
				{},
				element('th', {scope: 'col'}, 'When'),
				element('th', {scope: 'col', class: 'number'}, 'Value'),
			),
		),
		rows,
	);
	const details = element(
		'details',
		{},
		element('summary', {}, 'As a table'),
		element(
			'div',
			{class: 'scroll tall', tabindex: '0', role: 'region', 'aria-label': 'Table of the chart'},
			table,
		),
	);
	byId('charts').append(
		element(
			'figure',
			{class: 'chart'},
			element('figcaption', {}, title, total),
			plot,
			readout,
			details,
		),
	);
	let current: Series | undefined;
	let drawn: uPlot | undefined;

	const fillTable = () => {
		if (current !== undefined && details.open) rows.replaceChildren(...rowsOf(kind, current));
	};
	const draw = () => {
		drawn?.destroy();
		drawn =
			current &&
			new uPlot(
				options(kind, current, plot.clientWidth, text => setText(readout, text)),
				dataOf(kind, current),
				plot,
			);
	};
	details.addEventListener('toggle', fillTable);
	return {
		update: series => {
			current = series;
			setText(title, kind.title(series));
			setText(caption, kind.title(series));
			setText(total, kind.total(series));
			setText(readout, ' ');
			fillTable();
			draw();
		},
		redraw: draw,
	};
}

function dataOf(kind: ChartKind, series: Series): uPlot.AlignedData {
	return [[...series.times], kind.values(series)];
}

function rowsOf(kind: ChartKind, series: Series): HTMLElement[] {
	const values = kind.values(series);
	return series.times
		.flatMap((time, index) => {
			const value = values[index];
			if (value === null || value === undefined || series.sums[index]?.compiles === 0) return [];
			const cells = [
				element('th', {scope: 'row'}, timeOf(series, time)),
				element('td', {class: 'number'}, kind.format(value, series)),
			];
			return [element('tr', {}, ...cells)];
		})
		.reverse()
		.slice(0, mostRows);
}

function options(
	kind: ChartKind,
	series: Series,
	width: number,
	onRead: (text: string) => void,
): uPlot.Options {
	const style = getComputedStyle(document.documentElement);
	const colour = (name: string) => style.getPropertyValue(name).trim();
	const axis = {
		stroke: colour('--quiet'),
		grid: {stroke: colour('--line'), width: 1},
		ticks: {stroke: colour('--line'), width: 1, size: 4},
		font: '12px system-ui, sans-serif',
	};
	const look = {stroke: colour('--accent'), fill: colour('--accent-soft'), width: 2};
	return {
		width,
		height: heightPx,
		legend: {show: false},
		cursor: {y: false, drag: {x: false, y: false}, points: {show: kind.shape === 'line'}},
		// A host's days are its own: they are shown as it names them.
		tzDate: seconds =>
			series.step === 'day'
				? uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC')
				: new Date(seconds * 1000),
		scales: {
			x: {range: (_, min, max) => [min - stepS[series.step] / 2, max + stepS[series.step] / 2]},
			y: {range: (_, __, max) => [0, kind.top ?? Math.max(max * 1.1, 1)]},
		},
		axes: [
			{...axis, grid: {show: false}, size: 32, space: 64, ...timeAxis(series)},
			{...axis, size: 64, values: (_, ticks) => ticks.map(tick => kind.format(tick, series))},
		],
		series: [
			{},
			kind.shape === 'bars'
				? {...look, fill: look.stroke, width: 0, points: {show: false}, ...bars()}
				: {...look, spanGaps: true, points: {size: 5, fill: look.stroke}},
		],
		hooks: {
			setCursor: [
				({cursor: {idx}}) => {
					const value = idx == null ? undefined : kind.values(series)[idx];
					const time = idx == null ? undefined : series.times[idx];
					const isThere = value !== null && value !== undefined && time !== undefined;
					onRead(isThere ? `${timeOf(series, time)}: ${kind.format(value, series)}` : ' ');
				},
			],
		},
	};
}

const stepS = {hour: 3600, day: 86_400};
const months = {day: 'numeric', month: 'short'} as const;

/** Dates where a day begins, and hours between them. */
function timeAxis({step}: Series): Pick<uPlot.Axis, 'incrs' | 'values'> {
	const timeZone = step === 'day' ? {timeZone: 'UTC'} : {};
	const name = (seconds: number) => {
		const date = new Date(seconds * 1000);
		if (step === 'day' || date.getHours() === 0) {
			return date.toLocaleDateString('en-GB', {...months, ...timeZone});
		}
		return `${date.getHours()}:00`;
	};
	const hours = [1, 2, 3, 6, 12].map(hours => hours * stepS.hour);
	const days = [1, 2, 7, 14, 28].map(days => days * stepS.day);
	return {
		incrs: step === 'day' ? days : [...hours, ...days],
		values: (_, ticks) => ticks.map(name),
	};
}

function bars(): Pick<uPlot.Series, 'paths'> {
	const paths = uPlot.paths.bars?.({size: [0.8, 24], radius: 0.15});
	return paths === undefined ? {} : {paths};
}

function timeOf({step}: Series, seconds: number): string {
	const date = new Date(seconds * 1000);
	return step === 'day'
		? date.toLocaleDateString('en-CA', {timeZone: 'UTC'})
		: date.toLocaleString('en-CA', {dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23'});
}
