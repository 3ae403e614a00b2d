import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {systemCode} from '../../../lib/errors.js';
import {packageFolder} from '../../package-info.js';

/** A file of this package; undefined: it was installed without it. */
export function shipped(name: string): Buffer | undefined {
	try {
		return readFileSync(join(packageFolder, name));
	} catch (error) {
		if (systemCode(error) !== 'ENOENT') throw error;
		return undefined;
	}
}
