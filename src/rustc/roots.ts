import {fillPlaceholders, placeholder} from '../lib/placeholder.js';

/**
 * The folders that a command takes out of its outputs (--remap-path-prefix): as far as these keep that promise the result is the same
 * wherever the folders are, and their names are taken out of the key.
 */
export interface Roots {
	/** In the order of the command. */
	readonly folders: readonly string[];
}

const list = 'root';

/** `text` with each root's name replaced, wherever one stands as a path or as the beginning of one. */
export function withoutRoots({folders}: Roots, text: string): string {
	let result = text;
	for (const [index, folder] of bySize(folders)) {
		if (!result.includes(folder)) continue;
		result = result.replaceAll(
			new RegExp(`(?<![^\\s=:,"'(])${escaped(folder)}(?=$|[/\\s=:,"')])`, 'g'),
			placeholder(list, index),
		);
	}
	return result;
}

/** The other way round. */
export function withRoots({folders}: Roots, text: string): string {
	return fillPlaceholders(text, list, index => folders[index]);
}

/** Whether one of the roots is named in any of the outputs. */
export function namesRoot({folders}: Roots, outputs: readonly Buffer[]): boolean {
	return folders.some(folder => outputs.some(output => output.includes(folder, 0, 'latin1')));
}

/** The longest first: one may lie within another. */
function bySize(folders: readonly string[]): (readonly [number, string])[] {
	return folders
		.map((folder, index) => [index, folder] as const)
		.toSorted(([, one], [, other]) => other.length - one.length);
}

function escaped(text: string): string {
	return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
