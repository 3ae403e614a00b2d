/** What stands in a text for one of a list's paths. No path has these characters in it, and compilers escape them in messages. */
const start = '\x01';
const end = '\x02';

export function placeholder(list: string, index: number): string {
	return `${start}${list}${index}${end}`;
}

/** `text` with each placeholder of the list replaced; one without a value stays. */
export function fillPlaceholders(
	text: string,
	list: string,
	textOf: (index: number) => string | undefined,
): string {
	if (!text.includes(`${start}${list}`)) return text;
	return text.replaceAll(
		new RegExp(`${start}${list}(\\d+)${end}`, 'g'),
		(whole, index: string) => textOf(Number(index)) ?? whole,
	);
}
