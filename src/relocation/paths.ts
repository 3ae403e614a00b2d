import {fillPlaceholders, placeholder} from '../lib/placeholder.js';
import {areNone, type Roots} from './roots.js';

const folder = 'root';
const name = 'name';

/** A path with a placeholder for the root that it begins with, and for the name and version that parts of it begin with. */
export function pathWithoutRoots(roots: Roots, path: string): string {
	if (areNone(roots)) return path;
	const index = longestRoot(roots, path);
	const root = index === undefined ? undefined : roots.folders[index];
	const head = index === undefined ? '' : placeholder(folder, index);
	return `${head}${namesOut(roots, path.slice(root?.length ?? 0))}`;
}

/** The other way round. */
export function pathWithRoots({folders, names}: Roots, path: string): string {
	const named = fillPlaceholders(path, name, index => names[index]);
	return fillPlaceholders(named, folder, index => folders[index]);
}

export function hasPlaceholder(path: string): boolean {
	return path.includes(placeholderStart);
}

const placeholderStart = placeholder('', 0).charAt(0);

function longestRoot({folders}: Roots, path: string): number | undefined {
	let longest: number | undefined;
	for (const [index, root] of folders.entries()) {
		const lies =
			path.startsWith(root) && (path.length === root.length || path[root.length] === '/');
		const isLonger = longest === undefined || root.length > (folders[longest]?.length ?? 0);
		if (lies && isLonger) longest = index;
	}
	return longest;
}

function namesOut({names}: Roots, path: string): string {
	if (!names.some(each => path.includes(each))) return path;
	return path
		.split('/')
		.map(part => {
			const index = names.findIndex(each => beginsWithName(part, each));
			return index < 0 ? part : placeholder(name, index) + part.slice(names[index]?.length);
		})
		.join('/');
}

/** Whether a part of a path begins with the name, and not with a longer version of it. */
export function beginsWithName(part: string, name: string): boolean {
	return part.startsWith(name) && /^[-_]?$/.test(part.charAt(name.length));
}

/** For people. */
export function pathShown(path: string): string {
	if (!hasPlaceholder(path)) return path;
	const named = fillPlaceholders(path, name, () => '(name-version)');
	return fillPlaceholders(named, folder, () => '(build folder)');
}
