import type {z} from 'zod';
import {AppError, systemCode} from '../lib/errors.js';
import {holdsSecret} from '../lib/secret.js';
import {parseFile} from './parse-file.js';
import {exposure, readFile} from './read-file.js';

/** The configuration file of a daemon that cannot be without one. Throws CONFIG_UNREADABLE, CONFIG_INVALID. */
export function readDaemonFile<Schema extends z.ZodType>(
	path: string,
	schema: Schema,
): {readonly values: z.output<Schema>; readonly warnings: readonly string[]} {
	const file = readOrExplain(path);
	const values = parseFile(file.text, path, schema);
	return {values, warnings: holdsSecret(values) ? exposure(file) : []};
}

function readOrExplain(path: string) {
	try {
		return readFile(path);
	} catch (error) {
		const code = systemCode(error);
		const hint =
			code === 'EACCES'
				? 'run this as root'
				: '`sccache-gentoo setup` writes one; its manual page is in section 5';
		throw new AppError(
			'CONFIG_UNREADABLE',
			`Could not load config: ${path} cannot be read (${code})`,
			{hint},
		);
	}
}
