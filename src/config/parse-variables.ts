import {AppError} from '../lib/errors.js';
import {explainIssue} from './explain-issue.js';
import {type Variables, variables} from './variables.js';

/** The variables that we know, checked. */
export function parseVariables(env: Environment): Variables {
	const given = Object.fromEntries(
		Object.keys(variables.shape)
			.filter(name => (env[name] ?? '') !== '')
			.map(name => [name, env[name]]),
	);
	const result = variables.safeParse(given);
	if (result.success) return result.data;
	const issue = result.error.issues[0];
	const name = String(issue?.path[0]);
	throw new AppError(
		'CONFIG_INVALID',
		issue ? `${name}: ${explainIssue(issue, given)}` : 'not a valid environment',
	);
}

/** An environment, as it is handed in from the outside. */
export type Environment = Readonly<Record<string, string | undefined>>;
