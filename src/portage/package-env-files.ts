import {addOptOut, listOptOuts, type OptOut, removeOptOuts} from './package-env.js';

/** The files that make up package.env, path to text; of one file alone, if it is no folder. */
export type PackageEnvFiles = ReadonlyMap<string, string>;

export interface LocatedOptOut extends OptOut {
	readonly path: string;
}

export function listAllOptOuts(files: PackageEnvFiles): readonly LocatedOptOut[] {
	return [...files].flatMap(([path, text]) => listOptOuts(text).map(optOut => ({...optOut, path})));
}

/** The files with the atom opted out by `envFile` alone: said in `own`, unless another file says it already. */
export function exclude(
	files: PackageEnvFiles,
	own: string,
	{atom, envFile}: OptOut,
): PackageEnvFiles {
	const present = listAllOptOuts(files).filter(optOut => optOut.atom === atom);
	if (present.length === 1 && present[0]?.envFile === envFile) return files;
	const without = include(files, atom);
	return new Map([...without, [own, addOptOut(without.get(own) ?? '', atom, envFile)]]);
}

/** The files with no opt-out of the atom. */
export function include(files: PackageEnvFiles, atom: string): PackageEnvFiles {
	return new Map([...files].map(([path, text]) => [path, removeOptOuts(text, atom)]));
}
