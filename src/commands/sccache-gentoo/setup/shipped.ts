import {join} from 'node:path';
import {readIfThere} from '../../../lib/read-if-there.js';
import {packageFolder} from '../../package-info.js';

/** A file of this package; undefined: it was installed without it. */
export const shipped = (name: string): Buffer | undefined => readIfThere(join(packageFolder, name));
