/**
 * What differs between two places where the same compile may be done, and says nothing of it: the folder that a package is built in, and
 * the name with the version that its sources lie under. Paths as in command lines, bytes in latin1.
 */
export interface Roots {
	/** Absolute, without a slash at the end. */
	readonly folders: readonly string[];
	/** Beginnings of single parts of a path: `foo-1.2` of `../foo-1.2/src` and of `foo-1.2-abi_x86_64.amd64`. */
	readonly names: readonly string[];
}

export const noRoots: Roots = {folders: [], names: []};

export interface Place {
	/** Portage's PORTAGE_BUILDDIR, .../CATEGORY/PF. */
	readonly buildFolder: string | undefined;
	readonly cwd: string;
	/** As the user's configuration has them: the one that the cwd is in is meant. */
	readonly baseFolders: readonly string[];
}

export function rootsOf({buildFolder, cwd, baseFolders}: Place): Roots {
	if (buildFolder === undefined && baseFolders.length === 0) return noRoots;
	const [base] = baseFolders
		.map(withoutSlash)
		.filter(folder => `${cwd}/`.startsWith(`${folder}/`))
		.toSorted((one, other) => other.length - one.length);
	const all = [buildFolder && withoutSlash(buildFolder), base];
	const folders = [...new Set(all)].filter(folder => folder !== undefined).filter(isDeep);
	const name = nameAndVersion(buildFolder?.split('/').findLast(part => part !== '') ?? '');
	return folders.length === 0 ? noRoots : {folders, names: name === undefined ? [] : [name]};
}

const withoutSlash = (folder: string): string => folder.replace(/\/+$/, '');

/** CATEGORY/NAME of the package that is built; empty outside Portage. */
export function packageOfRoots({folders, names}: Roots): string {
	const [name] = names;
	const category = folders[0]?.split('/').at(-2) ?? '';
	return name === undefined ? '' : `${category}/${name.replace(/-\d[^-]*$/, '')}`;
}

export function areNone({folders}: Roots): boolean {
	return folders.length === 0;
}

/** Whether it is named in the text, as a path or by the way. */
export function mentionsRoots({folders, names}: Roots, text: string): boolean {
	return folders.some(root => text.includes(root)) || names.some(name => text.includes(name));
}

/** Such a one is not named by the way in everything. */
function isDeep(folder: string): boolean {
	return /^\/[^/]+\/[^/]/.test(folder);
}

/** P of PF (PMS 3.2, "Version specifications"; 11.1): without the revision, which is in no archive. */
function nameAndVersion(full: string): string | undefined {
	return /^(.+-\d[^-]*?)(?:-r\d+)?$/.exec(full)?.[1];
}
