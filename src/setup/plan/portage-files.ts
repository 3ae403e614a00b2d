import {configFiles, type Look} from '../../tree/config-files.js';
import type {Tree} from './tree.js';

/** See `configFiles`. */
export function configFilesIn(tree: Tree, path: string): readonly string[] {
	const look: Look = at => tree.folder(at) ?? (tree.file(at) && 'file');
	return configFiles(path, look);
}

export const isFolder = (tree: Tree, path: string): boolean => tree.folder(path) !== undefined;
