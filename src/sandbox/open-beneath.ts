import {closeSync, constants, openSync} from 'node:fs';

export const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Opens the folder at a resolved path below `root`, part by part, so that a symbolic link can't lead out, whatever is there: it is an
 * error (ELOOP, ENOTDIR). The caller closes what it gets.
 */
export function openFolderBeneath(root: string, path: string): number {
	let current = openSync(root, folderFlags);
	for (const part of path.split('/').filter(Boolean)) {
		try {
			const opened = openSync(within(current, part), folderFlags);
			closeSync(current);
			current = opened;
		} catch (error) {
			closeSync(current);
			throw error;
		}
	}
	return current;
}

/** The entry of an open folder: openat(2), which Node lacks. A link there is an error. */
export function openWithin(folder: number, name: string, flags: number, mode?: number): number {
	return openSync(within(folder, name), flags | constants.O_NOFOLLOW, mode);
}

/** A path to the entry of an open folder, which is one part of a path and no way out. */
export function within(folder: number, name: string): string {
	if (name === '' || name === '.' || name === '..' || name.includes('/')) {
		throw new Error(`not one part of a path: ${name}`);
	}
	return `/proc/self/fd/${folder}/${name}`;
}
