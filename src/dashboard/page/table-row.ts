import {element, setText} from './element.js';
import type {Shown} from './keyed-list.js';

export interface Cell<Item> {
	/** Classes: `number` stands to the right, `wide` has a line of its own on a phone. */
	readonly name: string;
	/** Stands before it on a phone, where no head does. */
	readonly label?: string;
	readonly text: (item: Item) => string;
	/** In full, where the text is short for something. */
	readonly title?: (item: Item) => string;
	/** What kind of it, for the style. */
	readonly kind?: (item: Item) => string;
}

/** A row whose first cell names it. The roles are said, since a phone's layout takes them from the elements. */
export function tableRow<Item>(cells: readonly Cell<Item>[]): Shown<Item> {
	const nodes = cells.map(({name, label}, index) => {
		const attributes = {class: name, ...(label === undefined ? {} : {'data-label': label})};
		return index === 0
			? element('th', {scope: 'row', role: 'rowheader', ...attributes})
			: element('td', {role: 'cell', ...attributes});
	});
	return {
		node: element('tr', {role: 'row'}, ...nodes),
		update: item => {
			for (const [index, {text, title, kind}] of cells.entries()) {
				const node = nodes[index];
				if (node === undefined) continue;
				setText(node, text(item));
				if (title !== undefined) node.title = title(item);
				if (kind !== undefined) node.dataset.kind = kind(item);
			}
		},
	};
}
