import {beginsWithName} from './paths.js';
import {areNone, type Roots} from './roots.js';

export interface Mapped {
	readonly roots: Roots;
	/** Paths that the command line names: source, folders of headers, the current one. */
	readonly paths: readonly string[];
	/** CATEGORY/PF, or empty. */
	readonly packageVersion: string;
}

/**
 * Options that put another folder, the same for all versions, in place of the roots in everything that the compiler writes: what
 * differs only by them is then the same. The last option that fits is the one that is taken (GCC manual, -ffile-prefix-map), so those
 * of longer paths come last.
 */
export function prefixMapArgs({roots, paths, packageVersion}: Mapped): readonly string[] {
	if (areNone(roots)) return [];
	const category = packageVersion.slice(0, packageVersion.indexOf('/') + 1);
	const [name = ''] = roots.names;
	const plainName = name.replace(/-\d[^-]*$/, '');
	const target = `/usr/src/debug/${plainName === '' ? 'build' : `${category}${plainName}`}`;
	const ofFolders = roots.folders.map((folder): readonly [string, string] => [folder, target]);
	const folders = name === '' ? [] : paths.flatMap(path => versioned(path, roots, name));
	const ofNames = [...new Set(folders)].map((folder): readonly [string, string] => {
		const root = roots.folders.find(each => folder.startsWith(`${each}/`));
		const mapped = root === undefined ? folder : `${target}${folder.slice(root.length)}`;
		return [folder, mapped.replaceAll(name, plainName)];
	});
	return [...ofFolders, ...ofNames.toSorted(([one], [other]) => one.length - other.length)].map(
		([from, to]) => `-ffile-prefix-map=${from}=${to}`,
	);
}

/** Beginnings of the path, below the roots, that end in a part with the name in it: what stands after each is left as it is. */
function versioned(path: string, {folders}: Roots, name: string): readonly string[] {
	const root = folders.find(each => path === each || path.startsWith(`${each}/`)) ?? '';
	const parts = path.slice(root.length).split('/');
	return parts.flatMap((part, index) =>
		beginsWithName(part, name) ? [root + parts.slice(0, index + 1).join('/')] : [],
	);
}
