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
		const message = `Could not load config: ${path} cannot be read (${systemCode(error)})`;
		throw new AppError('CONFIG_UNREADABLE', message);
	}
}
