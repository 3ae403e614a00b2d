import {count} from '../../../lib/human.js';

export const countedEntries = (value: number): string =>
	`${count(value)} ${value === 1 ? 'entry' : 'entries'}`;
