import type {z} from 'zod';

/** What zod found, in the user's words: expected and found, and never the value of a secret. */
export function explainIssue(issue: z.core.$ZodIssue, root: unknown): string {
	const known: unknown = issue.code === 'custom' ? issue.params?.found : undefined;
	const found = known ?? describe(valueAt(root, issue.path), issue.path);
	return `${expectation(issue)}, found ${found}`;
}

function expectation(issue: z.core.$ZodIssue): string {
	if (issue.code === 'invalid_type') return `expected ${words[issue.expected] ?? issue.expected}`;
	if (issue.code === 'invalid_value') return `expected ${issue.values.map(quoted).join(' or ')}`;
	if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
		return `expected ${issue.options.map(quoted).join(' or ')}`;
	}
	if (issue.code === 'too_small') {
		return issue.origin === 'string' ? 'expected text' : `expected at least ${issue.minimum}`;
	}
	if (issue.code === 'too_big') return `expected at most ${issue.maximum}`;
	return issue.message;
}

const words: Record<string, string> = {
	string: 'text in quotes',
	number: 'a number',
	int: 'a whole number',
	boolean: 'true or false',
	array: 'a list',
	object: 'a table',
};

const quoted = (value: unknown): string => JSON.stringify(value) ?? String(value);

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
	let value = root;
	for (const part of path) {
		if (typeof value !== 'object' || value === null) return undefined;
		value = (value as Record<PropertyKey, unknown>)[part];
	}
	return value;
}

function describe(value: unknown, path: readonly PropertyKey[]): string {
	if (value === undefined) return 'nothing';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object' && value !== null) return 'a table';
	if (isSecret(path)) return 'something else';
	const shown = quoted(value);
	return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}

const isSecret = (path: readonly PropertyKey[]): boolean =>
	path.some(part => /token|password|secret|connection_string|url|endpoint/i.test(String(part)));
