import type {Change} from '../plan/change.js';
import {unifiedDiff} from './diff.js';

/** A change for a program to read: no content, which may be secret. */
export interface ShownChange {
	readonly path: string;
	readonly kind: Change['kind'];
	readonly action: 'create' | 'change';
	/** Octal; undefined: as it was. */
	readonly mode: string | undefined;
	/** `user:group`; undefined: as it was. */
	readonly owner: string | undefined;
	/** Unified, of a file; secrets are hidden. */
	readonly diff: string | undefined;
}

export function shownChanges(changes: readonly Change[]): readonly ShownChange[] {
	return changes.map(change => {
		const access = change.kind === 'link' ? undefined : change.access;
		return {
			path: change.path,
			kind: change.kind,
			action: change.kind === 'file' && change.before !== undefined ? 'change' : 'create',
			mode: access?.mode.toString(8).padStart(4, '0'),
			owner: access === undefined ? undefined : `${access.owner}:${access.group}`,
			diff: change.kind === 'file' ? diffOf(change) : undefined,
		};
	});
}

/** For people. */
export function showChange(change: Change): string {
	if (change.kind === 'link') return `link ${change.path} to ${change.program}`;
	const {access} = change;
	const rights =
		access === undefined
			? ''
			: ` (${access.owner}:${access.group} ${access.mode.toString(8).padStart(4, '0')})`;
	if (change.kind === 'folder') return `folder ${change.path}${rights}`;
	return `file ${change.path}${rights}\n${diffOf(change)}`;
}

const diffOf = ({
	path,
	before,
	after,
}: {
	readonly path: string;
	readonly before: Buffer | undefined;
	readonly after: Buffer;
}): string => unifiedDiff(path, before?.toString('utf8'), after.toString('utf8'), hideSecrets);

/** A line without what is secret in it: values of keys that name such, and passwords in URLs. */
export function hideSecrets(line: string): string {
	return line
		.replace(
			/((?:token|secret_key|secret|passw(?:or)?d|connection_string)\w*["']?\s*=\s*)(?!\s).+$/i,
			'$1"…hidden…"',
		)
		.replace(/(:\/\/)[^\s/@"']+@/g, '$1…hidden…@');
}
