import type {TopChoice} from './choice.js';
import {apart, type Line, lineWidth, plain, type Span, span} from './line.js';

export interface Seen {
	readonly first: number;
	readonly room: number;
	readonly all: number;
}

/** What keys do, as far as there is room for it; and which part of it all is seen. */
export function footerLine(choice: TopChoice, seen: Seen, columns: number): Line {
	const {first, room, all} = seen;
	const last = Math.min(all, first + room);
	const place: Line = all > room ? [span(`${first + 1}-${last} of ${all}`, 'dim')] : [];
	const keys = choice.isHelp
		? [key('h', 'back'), key('q', 'quit')]
		: [
				key('q', 'quit'),
				key('h', 'help'),
				key('s', `sort: ${choice.sorting}`),
				key('p', `group: ${choice.grouping}`),
				key('v', `view: ${choice.panels}`),
			];
	const room4Keys = columns - (all > room ? lineWidth(place) + 2 : 0);
	const line: Span[] = [];
	for (const parts of keys) {
		if (lineWidth([...line, ...parts]) > room4Keys) break;
		line.push(...parts);
	}
	return apart(line, place, columns);
}

const key = (name: string, does: string): readonly Span[] => [
	span(` ${name} `, 'key'),
	plain(` ${does}  `),
];
