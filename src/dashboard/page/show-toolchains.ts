import type {LiveView} from '../../protocol/live.js';
import {byId, setNote} from './element.js';
import {keyedList} from './keyed-list.js';
import {type Cell, tableRow} from './table-row.js';

interface Toolchain {
	readonly id: string;
	readonly ready: readonly string[];
	readonly refused: readonly string[];
}

const shownDigits = 12;

const cells: readonly Cell<Toolchain>[] = [
	{name: 'id', text: ({id}) => id.slice(0, shownDigits), title: ({id}) => id},
	{name: 'ready wide', label: 'on', text: ({ready}) => ready.join(', ') || 'none'},
	{name: 'refused wide', label: 'not on', text: ({refused}) => refused.join('; ') || '–'},
];

/** What compiles, and where it is. */
export function createToolchains(): (view: LiveView) => void {
	const show = keyedList<Toolchain>(byId('toolchain-rows'), {
		keyOf: ({id}) => id,
		create: () => tableRow(cells),
	});
	return view => {
		const toolchains = toolchainsOf(view);
		show(toolchains);
		setNote(
			byId('no-toolchains'),
			toolchains.length > 0
				? ''
				: 'No server has a toolchain yet. Clients send theirs with their first job.',
		);
	};
}

function toolchainsOf({servers}: LiveView): readonly Toolchain[] {
	const found = new Map<string, {id: string; ready: string[]; refused: string[]}>();
	const of = (id: string) => {
		const known = found.get(id) ?? {id, ready: [], refused: []};
		found.set(id, known);
		return known;
	};
	for (const {address, state, toolchains, refused} of servers) {
		if (state !== 'silent') for (const id of toolchains) of(id).ready.push(address);
		for (const [id, why] of Object.entries(refused)) of(id).refused.push(`${address}: ${why}`);
	}
	return [...found.values()].sort(
		(one, other) => other.ready.length - one.ready.length || (one.id < other.id ? -1 : 1),
	);
}
