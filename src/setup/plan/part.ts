import type {Change, LeftAlone} from './change.js';

/** What one idea of a plan comes to. */
export interface Part {
	readonly changes: readonly Change[];
	readonly leftAlone: readonly LeftAlone[];
	readonly notes: readonly string[];
}

export const nothing: Part = {changes: [], leftAlone: [], notes: []};

export const changesAlone = (changes: readonly Change[]): Part => ({...nothing, changes});

export function joinParts(parts: readonly Part[]): Part {
	return {
		changes: parts.flatMap(({changes}) => changes),
		leftAlone: parts.flatMap(({leftAlone}) => leftAlone),
		notes: parts.flatMap(({notes}) => notes),
	};
}
