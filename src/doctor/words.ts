/** As a sentence of its own; what it begins with is no name. */
export const sentence = (text: string): string =>
	`${text.slice(0, 1).toUpperCase()}${stopped(text.slice(1))}`;

/** With a full stop. */
export const stopped = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const most = 4;

/** Some names, and how many more there are. */
export function listed(names: readonly string[]): string {
	const shown = names.length > most + 1 ? names.slice(0, most) : names;
	const more = names.length - shown.length;
	return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}
