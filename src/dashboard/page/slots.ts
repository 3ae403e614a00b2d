import type {LiveJob} from '../../protocol/live.js';
import {element, setAttribute, setText} from './element.js';
import type {Shown} from './keyed-list.js';
import {age} from './words.js';

export interface Filling {
	readonly slots: number;
	readonly busy: number;
	/** Of those that are busy, as far as they are known. */
	readonly jobs: readonly LiveJob[];
}

/** More would be a pattern that nobody counts. */
const mostCells = 128;

/** A cell for each slot. */
export function createSlots(): Shown<Filling> {
	const cells = element('div', {class: 'cells', role: 'img'});
	const words = element('p', {class: 'cells-words', 'aria-hidden': 'true'});
	return {
		node: element('div', {class: 'slots'}, cells, words),
		update: filling => {
			const {slots, busy} = filling;
			const text = `${busy} of ${slots} slots busy`;
			setAttribute(cells, 'aria-label', text);
			setText(
				words,
				busy > slots ? `${busy} / ${slots}, ${busy - slots} wait there` : `${busy} / ${slots}`,
			);
			const count = Math.min(slots, mostCells);
			while (cells.childElementCount > count) cells.lastElementChild?.remove();
			while (cells.childElementCount < count) cells.append(element('span', {class: 'cell'}));
			const filled = Math.round((Math.min(busy, slots) / Math.max(1, slots)) * count);
			for (const [index, cell] of [...cells.children].entries()) {
				fill(cell as HTMLElement, index, filled, filling.jobs[index]);
			}
		},
	};
}

function fill(cell: HTMLElement, index: number, filled: number, job: LiveJob | undefined): void {
	const kind = index >= filled ? 'cell' : `cell ${job?.state === 'sent' ? 'sent' : 'runs'}`;
	if (cell.className !== kind) cell.className = kind;
	const title =
		index >= filled || job === undefined
			? ''
			: [job.unit, job.package, job.client, age(job.ageMs)].filter(Boolean).join(', ');
	if (cell.title !== title) cell.title = title;
}
