import {createHash} from 'node:crypto';
import type {Difference} from '../stats/explanation.js';
import type {FileVersion} from '../store/store.js';

/** A manifest may depend on a variable as on a file; no path begins like this. */
const prefix = '\x01env:';

export function environmentCondition(name: string, env: ReadonlyMap<string, string>): FileVersion {
	return {path: `${prefix}${name}`, digest: valueDigest(env.get(name))};
}

/** As a variable, since it is asked like one. No variable is called like this. */
const rootsVariable = '\x01roots';

/** That the roots are where they are now: of a result that names them. */
export function rootsCondition(roots: readonly string[]): FileVersion {
	return {path: `${prefix}${rootsVariable}`, digest: valueDigest(roots.join('\n'))};
}

/** The condition's variable, or undefined for a file. */
export function conditionVariable(path: string): string | undefined {
	return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

export function conditionHolds(
	condition: FileVersion,
	name: string,
	env: ReadonlyMap<string, string>,
	roots: readonly string[],
): boolean {
	const value = name === rootsVariable ? roots.join('\n') : env.get(name);
	return condition.digest === valueDigest(value);
}

/** What keeps a result from being taken whose condition on the variable does not hold. */
export function variableDifference(name: string): Difference {
	return name === rootsVariable ? {kind: 'folder', name: ''} : {kind: 'variable', name};
}

function valueDigest(value: string | undefined): string {
	return createHash('sha256')
		.update(value === undefined ? 'unset' : `=${value}`, 'latin1')
		.digest('hex');
}
