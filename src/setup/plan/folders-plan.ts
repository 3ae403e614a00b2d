import {dirname} from 'node:path';
import type {Role} from './answers.js';
import {type Access, type Change, type FolderChange, openFolder, portageFolder} from './change.js';
import type {Tree} from './tree.js';

const cache = '/var/cache/sccache';

/** The wiki's folders, with its owners. */
const wanted: Readonly<Record<Role, readonly (readonly [path: string, access: Access])[]>> = {
	scheduler: [['/etc/sccache', openFolder]],
	server: [
		['/etc/sccache', openFolder],
		[`${cache}/builder/build`, openFolder],
		[`${cache}/builder/toolchains`, openFolder],
	],
	client: [
		['/etc/sccache', openFolder],
		[`${cache}/cache`, portageFolder],
	],
};

/** The folders that are not there, outer ones first: those of the roles, and whatever the other steps need. */
export function missingFolders(
	roles: readonly Role[],
	steps: readonly Change[],
	tree: Tree,
): readonly FolderChange[] {
	const found = new Map<string, FolderChange>();
	const need = (at: string, access: Access): void => {
		const path = tree.real(at);
		if (path === '/' || found.has(path) || tree.has(path)) return;
		need(dirname(path), openFolder);
		found.set(path, {kind: 'folder', path, access});
	};
	for (const role of roles) for (const [path, access] of wanted[role]) need(path, access);
	for (const {path} of steps) need(dirname(path), openFolder);
	return [...found.values()];
}
