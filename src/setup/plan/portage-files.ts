import type {Tree} from './tree.js';

const versionControl = ['CVS', 'RCS', 'SCCS'];

/** The files of a configuration that can be a file or a folder, in the order and with the exceptions of Portage. */
export function configFiles(tree: Tree, path: string): readonly string[] {
	const names = tree.folder(path);
	if (names === undefined) return tree.file(path) === undefined ? [] : [path];
	return names
		.filter(name => !name.startsWith('.') && !name.endsWith('~') && !versionControl.includes(name))
		.flatMap(name => configFiles(tree, `${path}/${name}`));
}

export const isFolder = (tree: Tree, path: string): boolean => tree.folder(path) !== undefined;
