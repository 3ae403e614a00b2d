import {AppError} from '../lib/errors.js';
import {explainIssue} from './explain-issue.js';
import {type FileConfig, fileSchema} from './file-schema.js';
import {knownKeys, nearestKey} from './known-keys.js';
import {type Format, locateKey} from './locate-key.js';
import {parseText, place} from './parse-text.js';

/** A configuration file's text, checked; anything wrong is told with file, line and key. */
export function parseFile(text: string, file: string): FileConfig {
	const format: Format = file.endsWith('.json') ? 'json' : 'toml';
	const value = parseText(text, format, file);
	const result = fileSchema.safeParse(value);
	if (result.success) return result.data;

	const issue = result.error.issues[0];
	if (!issue) throw new AppError('CONFIG_INVALID', `${file}: not a valid configuration`);
	const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
	const path = unknown === undefined ? issue.path : [...issue.path, unknown];
	const where = place(file, locateKey(text, format, path));
	const key = path.filter(part => typeof part === 'string').join('.');
	if (unknown === undefined) {
		throw new AppError('CONFIG_INVALID', `${where}: ${key}: ${explainIssue(issue, value)}`);
	}
	const near = nearestKey(key, knownKeys(fileSchema));
	throw new AppError('CONFIG_INVALID', `${where}: unknown key ${key}`, {
		hint: `the nearest known key is ${near}`,
	});
}
