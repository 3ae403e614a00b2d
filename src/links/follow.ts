import {readlinkSync, realpathSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {systemCode} from '../lib/errors.js';

const mostLinks = 40;

/**
 * What a path leads to in a tree: there an absolute link, as gcc-config makes them, starts at the tree's root. Links of folders on the way
 * are the system's. Throws what readlink(2) says, and ELOOP.
 */
export function follow(path: string, root: string): string {
	if (root === '/') return realpathSync(path);
	let at = path;
	for (let links = 0; links < mostLinks; links++) {
		const target = linkAt(at);
		if (target === undefined) return at;
		at = target.startsWith('/') ? join(root, target) : resolve(dirname(at), target);
	}
	throw Object.assign(new Error(`${path} leads round in a circle`), {code: 'ELOOP'});
}

/** Undefined: it is no link. */
function linkAt(path: string): string | undefined {
	try {
		return readlinkSync(path);
	} catch (error) {
		if (systemCode(error) === 'EINVAL') return undefined;
		throw error;
	}
}
