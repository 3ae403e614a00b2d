import {chmodSync, existsSync, mkdirSync} from 'node:fs';
import {dirname} from 'node:path';

/**
 * Makes a folder and those above it that are missing. Throws what mkdir(2) says; where nothing can be made, as below /proc, that is
 * ENOENT, and Node 20's own `recursive` would try forever.
 */
export function makeFolder(path: string, mode: number): void {
	try {
		mkdirSync(path, {mode});
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'EEXIST') {
			return;
		}
		const above = dirname(path);
		if (code !== 'ENOENT' || above === path) {
			throw error;
		}
		makeFolder(above, mode);
		makeInside(path, mode);
	}
}

/** For others to pass as well: each folder that is made has the mode, whatever the umask. */
export function makeOpenFolder(path: string, mode: number): void {
	const missing: string[] = [];
	for (let folder = path; !existsSync(folder); folder = dirname(folder)) missing.push(folder);
	makeFolder(path, mode);
	for (const folder of missing) chmodSync(folder, mode);
}

function makeInside(path: string, mode: number): void {
	try {
		mkdirSync(path, {mode});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
			throw error;
		}
	}
}
