import type {LiveClient, LiveView} from '../../protocol/live.js';
import {byId, setNote} from './element.js';
import {keyedList} from './keyed-list.js';
import {hitShare, sumOf} from './sums.js';
import {type Cell, tableRow} from './table-row.js';
import {count, decimal, duration, percent} from './words.js';

/** Reports come every few seconds. */
const silentMs = 60_000;

const cells: readonly Cell<LiveClient>[] = [
	{name: 'host', text: ({host}) => host},
	{
		name: 'state',
		text: ({lastSeenMs}) =>
			isSilent(lastSeenMs) ? `? silent for ${duration(lastSeenMs)}` : '✓ up',
		kind: ({lastSeenMs}) => (isSilent(lastSeenMs) ? 'silent' : 'up'),
	},
	{
		name: 'number running',
		label: 'compiling',
		text: ({running, slots}) => `${count(running)} of ${count(slots)}`,
	},
	{name: 'number waiting', label: 'waiting', text: ({waiting}) => count(waiting)},
	{
		name: 'number rate',
		label: 'a minute',
		text: ({minutes}) => decimal(sumOf(minutes).compiles / Math.max(1, minutes.length)),
	},
	{name: 'hits', label: 'from a cache', text: ({minutes}) => percent(hitShare(sumOf(minutes)))},
];

const isSilent = (lastSeenMs: number) => lastSeenMs > silentMs;

export function createClients(): (view: LiveView) => void {
	const show = keyedList<LiveClient>(byId('clients'), {
		keyOf: ({host}) => host,
		create: () => tableRow(cells),
	});
	return view => {
		show(view.clients);
		setNote(
			byId('no-clients'),
			view.clients.length > 0 ? '' : 'No client has told anything in the last minutes.',
		);
	};
}
