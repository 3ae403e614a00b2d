import {pathWithoutRoots, pathWithRoots} from './paths.js';
import {mentionsRoots, type Roots} from './roots.js';

/** SGR and erase sequences: ECMA-48 8.3.117, 8.3.41. */
const escapes = String.raw`(?:\x1b\[[0-9;]*[mK])*`;
const start = new RegExp(
	String.raw`^(${escapes}(?:In file included from |\s+from )?${escapes})([^\s:\x1b]+)(?=:|\x1b|,)`,
);

/**
 * What a compiler said, with placeholders for the roots where a line begins with the place that it is about. Undefined where a root is
 * named elsewhere: what is quoted from a source stands there wherever the source lies.
 */
export function diagnosticsWithoutRoots(roots: Roots, text: string): string | undefined {
	const template = text
		.split('\n')
		.map(line =>
			line.replace(start, (_, before: string, path: string) => {
				return `${before}${pathWithoutRoots(roots, path)}`;
			}),
		)
		.join('\n');
	const isSound = !mentionsRoots(roots, template) && pathWithRoots(roots, template) === text;
	return isSound ? template : undefined;
}
