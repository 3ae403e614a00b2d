/**
 * What of a page keeps some people from it, in words: run in the page. Headings in order, names for what can be used, heads for tables,
 * landmarks, and contrast of 4.5 to 1 (WCAG 2.2 AA) for text.
 */
export function accessibilityFaults(): string[] {
	const faults: string[] = [];
	const isShown = (node: Element) => node.checkVisibility({checkOpacity: false});
	const all = (selector: string) => [...document.querySelectorAll(selector)].filter(isShown);
	const nameOf = (node: Element) => `${node.tagName.toLowerCase()}#${node.id}.${node.className}`;
	const textOf = (id: string) => document.getElementById(id)?.textContent?.trim() ?? '';

	if (document.documentElement.lang === '') faults.push('the page names no language');
	if (document.title === '') faults.push('the page has no title');
	if (all('main').length !== 1) faults.push('there is not one main');
	if (all('h1').length !== 1) faults.push('there is not one h1');
	let level = 0;
	for (const heading of all('h1, h2, h3, h4, h5, h6')) {
		const next = Number(heading.tagName.slice(1));
		if (next > level + 1) faults.push(`h${next} after h${level}: ${heading.textContent}`);
		level = next;
	}
	const ids = [...document.querySelectorAll('[id]')].map(({id}) => id);
	for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`twice: #${id}`);
	for (const image of all('img')) {
		if (!image.hasAttribute('alt')) faults.push(`no alt: ${nameOf(image)}`);
	}
	for (const field of all('input, select, textarea')) {
		const {labels} = field as HTMLInputElement;
		if ((labels?.length ?? 0) === 0) faults.push(`no label: ${nameOf(field)}`);
	}
	for (const button of all('button, a[href], summary')) {
		if (button.textContent?.trim() === '') faults.push(`no name: ${nameOf(button)}`);
	}
	for (const region of all('[role=region], nav, [role=img]')) {
		const by = region.getAttribute('aria-labelledby');
		const name = by === null ? region.getAttribute('aria-label') : textOf(by);
		if (!name) faults.push(`no name: ${nameOf(region)}`);
	}
	for (const reference of all('[aria-labelledby], [aria-describedby]')) {
		for (const name of ['aria-labelledby', 'aria-describedby']) {
			const id = reference.getAttribute(name);
			if (id !== null && textOf(id) === '') faults.push(`${name} of nothing: ${nameOf(reference)}`);
		}
	}
	for (const table of all('table')) {
		if (!table.querySelector('caption')?.textContent) faults.push('a table without caption');
		for (const head of table.querySelectorAll('th')) {
			if (!head.hasAttribute('scope')) faults.push(`a head without scope: ${head.textContent}`);
		}
		for (const row of table.querySelectorAll('tbody tr')) {
			if (row.querySelector('th') === null) faults.push('a row without a head');
		}
	}
	for (const scroller of all('.scroll')) {
		if (scroller.getAttribute('tabindex') !== '0') faults.push(`no keyboard: ${nameOf(scroller)}`);
	}

	const channels = (text: string) => (text.match(/[\d.]+/g) ?? []).map(Number);
	const luminance = ([r = 0, g = 0, b = 0]: number[]) => {
		const [x = 0, y = 0, z = 0] = [r, g, b].map(value => {
			const share = value / 255;
			return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * x + 0.7152 * y + 0.0722 * z;
	};
	const groundOf = (node: Element | null): number[] => {
		for (let at = node; at !== null; at = at.parentElement) {
			const colour = channels(getComputedStyle(at).backgroundColor);
			if ((colour[3] ?? 1) === 1) return colour;
		}
		return [255, 255, 255];
	};
	const seen = new Set<string>();
	for (const node of all('body *')) {
		const hasText = [...node.childNodes].some(
			({nodeType, textContent}) => nodeType === Node.TEXT_NODE && textContent?.trim() !== '',
		);
		if (!hasText || node.closest('.for-readers, .skip') !== null) continue;
		const [ink, ground] = [channels(getComputedStyle(node).color), groundOf(node)];
		const [a, b] = [luminance(ink), luminance(ground)];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		const key = `${ink} on ${ground}`;
		if (ratio >= 4.5 || seen.has(key)) continue;
		seen.add(key);
		faults.push(`contrast ${ratio.toFixed(1)}: ${nameOf(node)}, ${key}`);
	}
	return faults;
}
