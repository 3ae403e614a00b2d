/** A letter, or the name of a key that has none. */
export type Key = string;

/** What terminals send: xterm's, with the VT220's and the Linux console's numbers, and the application's mode. */
const named: Readonly<Record<string, Key>> = {
	A: 'up',
	B: 'down',
	H: 'home',
	F: 'end',
	'1~': 'home',
	'4~': 'end',
	'5~': 'pageUp',
	'6~': 'pageDown',
	'7~': 'home',
	'8~': 'end',
};

const controls: Readonly<Record<string, Key>> = {
	'\u0003': 'interrupt',
	'\u0004': 'interrupt',
	'\u000c': 'redraw',
	'\u001a': 'suspend',
	'\u001b': 'escape',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send them
const parts = /\u001b(?:\[|O)[0-9;?]*[A-Za-z~]|./gsu;

/** The keys that were pressed, of what a terminal sent; those without a meaning are left out. */
export function keysIn(text: string): readonly Key[] {
	return [...text.matchAll(parts)].flatMap(([part]) => {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
		const sequence = /^\u001b(?:\[|O)(?:1;\d+)?(.+)$/s.exec(part)?.[1];
		if (sequence !== undefined) return named[sequence] ?? [];
		return controls[part] ?? part.toLowerCase();
	});
}
