import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {systemCode} from '../../lib/errors.js';
import type {Access, Owner} from '../plan/change.js';

/** Gentoo's own number of the user and the group. */
const portageId = 250;

/** The numbers in a tree that an access means. */
export function idsOf(
	base: string,
	{owner, group}: Access,
): {readonly uid: number; readonly gid: number} {
	return {uid: idIn(base, 'etc/passwd', owner), gid: idIn(base, 'etc/group', group)};
}

function idIn(base: string, file: string, name: Owner): number {
	if (name === 'root') return 0;
	const digits = new RegExp(`^${name}:[^:]*:(\\d+):`, 'm').exec(read(join(base, file)))?.[1];
	return digits === undefined ? portageId : Number(digits);
}

function read(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (systemCode(error) !== 'ENOENT') throw error;
		return '';
	}
}
