/** One entry as the page shows it. */
export interface Shown<Item> {
	readonly node: HTMLElement;
	update(item: Item): void;
}

export interface KeyedListOptions<Item> {
	readonly keyOf: (item: Item) => string;
	readonly create: (item: Item) => Shown<Item>;
}

/** Keeps an element's children those of a list: each stays the same element while its item stays, so that focus and selection do too. */
export function keyedList<Item>(
	parent: HTMLElement,
	{keyOf, create}: KeyedListOptions<Item>,
): (items: readonly Item[]) => void {
	const known = new Map<string, Shown<Item>>();
	return items => {
		const keys = new Set(items.map(keyOf));
		for (const [key, {node}] of known) {
			if (keys.has(key)) continue;
			node.remove();
			known.delete(key);
		}
		let next = parent.firstElementChild;
		for (const item of items) {
			const key = keyOf(item);
			const shown = known.get(key) ?? create(item);
			known.set(key, shown);
			shown.update(item);
			if (shown.node === next) next = next.nextElementSibling;
			else parent.insertBefore(shown.node, next);
		}
	};
}
