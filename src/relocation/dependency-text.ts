import {pathWithoutRoots, pathWithRoots} from './paths.js';
import {mentionsRoots, type Roots} from './roots.js';

/**
 * A dependency file with placeholders for the roots; undefined where that can't be undone, or does not take them all out (a name that is
 * escaped, say).
 */
export function dependenciesWithoutRoots(roots: Roots, text: string): string | undefined {
	const template = text.replaceAll(/[^\s\\:]+/g, path => pathWithoutRoots(roots, path));
	const isSound = !mentionsRoots(roots, template) && pathWithRoots(roots, template) === text;
	return isSound ? template : undefined;
}
