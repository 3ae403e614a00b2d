import {readFileSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {systemCode} from '../../lib/errors.js';
import type {Owned, User} from '../access.js';

/** Undefined: it is not there, or can't be seen. */
export function owned(path: string): Owned | undefined {
	try {
		const {uid, gid, mode} = statSync(path);
		return {path, uid, gid, mode: mode & 0o7777};
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		return undefined;
	}
}

/** The folders that lead to a path, outermost first, as far as they are there. */
export function foldersTo(path: string): readonly Owned[] {
	const folders: Owned[] = [];
	for (let folder = dirname(path); ; folder = dirname(folder)) {
		const found = owned(folder);
		if (found !== undefined) folders.unshift(found);
		if (folder === dirname(folder)) return folders;
	}
}

/** Undefined: there is none that can be read. */
export function readText(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (systemCode(error) === undefined) throw error;
		return undefined;
	}
}

/** A user of the tree's passwd(5). */
export function userNamed(root: string, name: string): User | undefined {
	const line = (readText(join(root, 'etc/passwd')) ?? '')
		.split('\n')
		.find(text => text.startsWith(`${name}:`));
	const [, , uid, gid] = line?.split(':') ?? [];
	return uid === undefined ? undefined : {name, uid: Number(uid), gid: Number(gid)};
}
