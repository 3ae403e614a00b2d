import {createHash} from 'node:crypto';
import type {FileVersion} from '../store/store.js';

/** A manifest may depend on a variable as on a file; no path begins like this. */
const prefix = '\x01env:';

export function environmentCondition(name: string, env: ReadonlyMap<string, string>): FileVersion {
	return {path: `${prefix}${name}`, digest: valueDigest(env.get(name))};
}

/** The condition's variable, or undefined for a file. */
export function conditionVariable(path: string): string | undefined {
	return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

export function conditionHolds(
	condition: FileVersion,
	name: string,
	env: ReadonlyMap<string, string>,
): boolean {
	return condition.digest === valueDigest(env.get(name));
}

function valueDigest(value: string | undefined): string {
	return createHash('sha256')
		.update(value === undefined ? 'unset' : `=${value}`, 'latin1')
		.digest('hex');
}
