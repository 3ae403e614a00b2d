import type {z} from 'zod';
import {AppError} from '../lib/errors.js';
import {explainIssue} from './explain-issue.js';
import {knownKeys, nearestKey} from './known-keys.js';
import {type Format, locateKey} from './locate-key.js';
import {parseText, place} from './parse-text.js';

/** A configuration file's text, checked; anything wrong is told with file, line and key. Throws CONFIG_INVALID. */
export function parseFile<Schema extends z.ZodType>(
	text: string,
	file: string,
	schema: Schema,
): z.output<Schema> {
	const format: Format = file.endsWith('.json') ? 'json' : 'toml';
	const value = parseText(text, format, file);
	const result = schema.safeParse(value);
	if (result.success) return result.data;

	const {issues} = result.error;
	// A misspelt key is the reason for the one that is missing.
	const issue = issues.find(({code}) => code === 'unrecognized_keys') ?? issues[0];
	if (!issue) throw new AppError('CONFIG_INVALID', `${file}: not a valid configuration`);
	const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
	const path = unknown === undefined ? issue.path : [...issue.path, unknown];
	const where = place(file, locateKey(text, format, path));
	const key = path.filter(part => typeof part === 'string').join('.');
	if (unknown === undefined) {
		const explained = explainIssue(issue, value);
		throw new AppError('CONFIG_INVALID', `${where}: ${key}: ${explained}`, hintOf(issue));
	}
	const near = nearestKey(key, knownKeys(schema));
	throw new AppError('CONFIG_INVALID', `${where}: unknown key ${key}`, {
		hint: `the nearest known key is ${near}`,
	});
}

function hintOf(issue: z.core.$ZodIssue): {readonly hint?: string} {
	const hint: unknown = issue.code === 'custom' ? issue.params?.hint : undefined;
	return typeof hint === 'string' ? {hint} : {};
}
