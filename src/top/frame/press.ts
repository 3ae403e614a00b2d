import {firstChoice, groupings, panelChoices, sortings, type TopChoice} from './choice.js';
import type {Key} from './keys.js';

/** What a key makes of the choice; `room`: lines that are seen at once. */
export function press(choice: TopChoice, key: Key, room: number): TopChoice {
	const moved = (lines: number) => ({...choice, offset: Math.max(0, choice.offset + lines)});
	const page = Math.max(1, room - 1);
	switch (key) {
		case 's':
			return {...choice, sorting: next(sortings, choice.sorting)};
		case 'p':
		case 'g':
			return {...choice, grouping: next(groupings, choice.grouping)};
		case 'v':
			return {...choice, panels: next(panelChoices, choice.panels), offset: 0};
		case 'h':
		case '?':
			return {...choice, isHelp: !choice.isHelp, offset: firstChoice.offset};
		case 'escape':
			return {...choice, isHelp: false, offset: firstChoice.offset};
		case 'up':
		case 'k':
			return moved(-1);
		case 'down':
		case 'j':
			return moved(1);
		case 'pageUp':
			return moved(-page);
		case 'pageDown':
		case ' ':
			return moved(page);
		case 'home':
			return {...choice, offset: 0};
		case 'end':
			return {...choice, offset: Number.MAX_SAFE_INTEGER};
		default:
			return choice;
	}
}

function next<Value>(all: readonly Value[], value: Value): Value {
	return all[(all.indexOf(value) + 1) % all.length] as Value;
}
