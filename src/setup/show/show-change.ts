import type {Access, Change, FileChange} from '../plan/change.js';
import {unifiedDiff} from './diff.js';
import {hideSecrets, showKnown} from './hide-secrets.js';

/** A change for a program to read. */
export interface ShownChange {
	/** With the prefix. */
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

export function shownChanges(changes: readonly Change[], eprefix: string): readonly ShownChange[] {
	return changes.map(change => {
		const access = change.kind === 'link' ? undefined : change.access;
		return {
			path: eprefix + change.path,
			kind: change.kind,
			action: change.kind === 'file' && change.before !== undefined ? 'change' : 'create',
			mode: access && octal(access),
			owner: access && `${access.owner}:${access.group}`,
			diff: change.kind === 'file' ? diffOf(change, eprefix) : undefined,
		};
	});
}

/** For people: folders, links and new files that are as shipped in a line each, other files with their diff. `inFull`: those too. */
export const showChanges = (
	changes: readonly Change[],
	eprefix: string,
	inFull: boolean,
): readonly string[] => changes.map(change => showChange(change, eprefix, inFull));

function showChange(change: Change, eprefix: string, inFull: boolean): string {
	const path = eprefix + change.path;
	switch (change.kind) {
		case 'link':
			return `link    ${path} -> ${eprefix}${change.program}`;
		case 'folder':
			return `folder  ${path}${rights(change.access)}`;
		case 'file':
			return change.content === 'shipped' && change.before === undefined && !inFull
				? `file    ${path}${rights(change.access)}, as it is shipped`
				: `file    ${path}${rights(change.access)}\n${diffOf(change, eprefix)}`;
	}
}

const octal = ({mode}: Access): string => mode.toString(8).padStart(4, '0');

const rights = (access: Access | undefined): string =>
	access === undefined ? '' : ` (${access.owner}:${access.group}, mode ${octal(access)})`;

function diffOf({path, before, after, content}: FileChange, eprefix: string): string {
	const shown = content === 'secret' ? showKnown : hideSecrets;
	return unifiedDiff(eprefix + path, before?.toString('utf8'), after.toString('utf8'), shown);
}
