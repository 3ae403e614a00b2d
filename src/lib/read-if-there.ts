import {readFileSync} from 'node:fs';
import {systemCode} from './errors.js';

/** Undefined: there is no such file. */
export function readIfThere(path: string): Buffer | undefined {
	try {
		return readFileSync(path);
	} catch (error) {
		if (systemCode(error) !== 'ENOENT') throw error;
		return undefined;
	}
}
