import {closeSync, constants, mkdirSync, openSync} from 'node:fs';
import {systemCode} from '../lib/errors.js';

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Opens the folder at a resolved path below `root`, part by part, so that a symbolic link can't lead out, whatever is there: it is an
 * error (ELOOP, ENOTDIR). With `onMade`, folders that are missing are made and shown to it. The caller closes what it gets.
 */
export function openFolderBeneath(
	root: string,
	path: string,
	onMade?: (descriptor: number) => void,
): number {
	let current = openSync(root, folderFlags);
	for (const part of path.split('/').filter(Boolean)) {
		try {
			const next = within(current, part);
			const made = onMade !== undefined && make(next);
			const opened = openSync(next, folderFlags);
			closeSync(current);
			current = opened;
			if (made) onMade(current);
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

function within(folder: number, name: string): string {
	if (name === '' || name === '.' || name === '..' || name.includes('/')) {
		throw new Error(`not one part of a path: ${name}`);
	}
	return `/proc/self/fd/${folder}/${name}`;
}

/** Says whether it was missing. */
function make(path: string): boolean {
	try {
		mkdirSync(path, {mode: 0o755});
		return true;
	} catch (error) {
		if (systemCode(error) !== 'EEXIST') throw error;
		return false;
	}
}
