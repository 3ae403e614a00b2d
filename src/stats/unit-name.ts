import {splitVersion} from '../portage/atom.js';

/**
 * The name under which a source is found again in another version of its package: below the build folder the path with the version left
 * out, elsewhere the path. `packageVersion`: CATEGORY/PF, or empty.
 */
export function unitName(path: string, packageVersion: string): string {
	const split = splitVersion(packageVersion);
	const at = split === undefined ? -1 : path.indexOf(`/${packageVersion}/`);
	if (split === undefined || at < 0) return path;
	const below = path.slice(at + packageVersion.length + 2);
	const plain = split.version.replace(/-r\d+$/, '');
	return `${split.name}:${below.replaceAll(split.version, '*').replaceAll(plain, '*')}`;
}
