import {WeightedLru} from '../lib/weighted-lru.js';

const mostBytes = 16 * 1024 * 1024;
const bytesPerPath = 60;
/** More, and longer ones, than any compile reads. */
const mostPaths = 1_000_000;
const longestPath = 65_536;

/**
 * Lists of paths, written with a zero after each. What was read lately is the same list again: files that include the same headers
 * have the same, and what was found out about a list need not be found out anew.
 */
export class PathLists {
	readonly #lists = new WeightedLru<string, readonly string[]>(mostBytes);

	/** Undefined for what is no such list. */
	read(text: string): readonly string[] | undefined {
		const known = this.#lists.get(text);
		if (known !== undefined) return known;
		const list = text.split('\0');
		if (list.pop() !== '' || list.length > mostPaths || !list.every(isPath)) return undefined;
		Object.freeze(list);
		this.#lists.set(text, list, text.length + bytesPerPath * list.length);
		return list;
	}
}

const isPath = ({length}: string): boolean => length > 0 && length <= longestPath;

export const writtenPaths = (list: readonly string[]): string =>
	list.map(path => `${path}\0`).join('');
