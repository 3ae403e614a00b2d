type Attributes = Readonly<Record<string, string>>;

/** A new element. Text becomes text, whatever it holds. */
export function element<Name extends keyof HTMLElementTagNameMap>(
	name: Name,
	attributes: Attributes = {},
	...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
	const made = document.createElement(name);
	for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
	made.append(...children);
	return made;
}

/** An element that the page has from the start. */
export function byId(id: string): HTMLElement {
	const found = document.getElementById(id);
	if (found === null) throw new Error(`the page has no ${id}`);
	return found;
}

/** What is the same is left alone: a screen reader and a selection notice it when it is not. */
export function setText(node: Element, text: string): void {
	if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node: Element, name: string, value: string): void {
	if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** Shown with a text, hidden without. */
export function setNote(node: HTMLElement, text: string): void {
	setText(node, text);
	node.hidden = text === '';
}
