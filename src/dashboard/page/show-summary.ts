import type {LiveView} from '../../protocol/live.js';
import {byId, element, setText} from './element.js';
import {keyedList, type Shown} from './keyed-list.js';
import {hitShare, sumOf} from './sums.js';
import {count, counted, percent, roughDuration} from './words.js';

interface Tile {
	readonly name: string;
	readonly value: string;
	readonly note: string;
}

/** The few numbers that say how it goes. */
export function createSummary(): (view: LiveView) => void {
	const show = keyedList<Tile>(byId('summary'), {keyOf: ({name}) => name, create: createTile});
	return view => show(tiles(view));
}

function createTile({name}: Tile): Shown<Tile> {
	const value = element('dd', {class: 'value'});
	const note = element('dd', {class: 'note'});
	return {
		node: element('div', {class: 'tile'}, element('dt', {}, name), value, note),
		update: tile => {
			setText(value, tile.value);
			setText(note, tile.note);
		},
	};
}

function tiles(view: LiveView): readonly Tile[] {
	const minutes = view.clients.flatMap(client => client.minutes);
	const recent = sumOf(minutes);
	const lengthMinutes = Math.max(0, ...view.clients.map(client => client.minutes.length));
	const over = `in the last ${lengthMinutes} min`;
	const isTold = recent.compiles > 0;
	const nothing = lengthMinutes === 0 ? 'no client has told' : `nothing compiled ${over}`;
	const running = view.servers.reduce((sum, {jobs}) => sum + jobs, 0);
	return [
		{
			name: view.teller === 'scheduler' ? 'Jobs on servers' : 'Jobs',
			value: count(view.teller === 'scheduler' ? running : view.jobsInAll),
			note: slotsNote(view),
		},
		waitingTile(view),
		...(view.scheduler === 'none' ? [] : [serversTile(view)]),
		{
			name: 'From a cache',
			value: percent(hitShare(recent)),
			note: isTold ? `of ${counted(recent.compiles, 'compile')} ${over}` : nothing,
		},
		{
			name: 'Time saved',
			value: isTold ? roughDuration(recent.savedMs) : '–',
			note: isTold ? over : nothing,
		},
		here(view),
	];
}

function waitingTile({teller, queued, clients}: LiveView): Tile {
	const name = 'Waiting';
	if (teller === 'client') {
		return {name, value: count(sumWaiting(clients)), note: 'for room here or on a server'};
	}
	const note = queued === 0 ? 'nobody waits for a server' : 'for a server with room';
	return {name, value: count(queued), note};
}

const sumWaiting = (clients: LiveView['clients']) =>
	clients.reduce((sum, {waiting}) => sum + waiting, 0);

function here({teller, clients}: LiveView): Tile {
	const value = count(clients.reduce((sum, {running}) => sum + running, 0));
	return teller === 'client'
		? {name: 'Compiling here', value, note: 'compilers that run on this host'}
		: {name: 'On clients', value, note: 'compiles on the hosts themselves'};
}

function slotsNote({teller, servers, clients}: LiveView): string {
	if (teller === 'client') {
		return `${counted(clients[0]?.slots ?? 0, 'slot')} on this host`;
	}
	const slots = servers
		.filter(({state}) => state === 'up')
		.reduce((sum, {slots}) => sum + slots, 0);
	return `of ${counted(slots, 'slot')}`;
}

function serversTile({servers}: LiveView): Tile {
	const up = servers.filter(({state}) => state === 'up').length;
	const others = servers.length - up;
	return {
		name: 'Servers up',
		value: count(up),
		note: others === 0 ? 'all there are' : `${count(others)} out, silent or draining`,
	};
}
