import {lstatSync, readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {systemCode} from '../../lib/errors.js';
import {type LinkFolder, present} from '../../links/folder.js';
import type {Present} from '../../links/plan.js';

/** What a plan is made from. Paths begin with `/` and are within the tree. */
export interface Tree {
	/** Its own path, when symbolic links have led to it. Undefined: there is none, or it is no file. */
	file(
		path: string,
	): {readonly path: string; readonly bytes: Buffer; readonly mode: number} | undefined;
	/** The names in a folder, sorted; undefined: there is none. */
	folder(path: string): readonly string[] | undefined;
	has(path: string): boolean;
	/** What stands where a compiler's name should lead to the program. */
	link(folder: string, program: string, name: string): Present;
}

/** A tree on the disk, with symbolic links that mean what they mean inside it. `root` is that of the prefix, where there is one. */
export function openTree(root: string, eprefix: string): Tree {
	const inside = (path: string): string =>
		eprefix !== '' && path.startsWith(`${eprefix}/`) ? path.slice(eprefix.length) : path;
	return {
		file: path => readTreeFile(root, followLinks(root, inside(path), inside)),
		folder(path) {
			try {
				return readdirSync(join(root, path)).sort();
			} catch (error) {
				return missing(error);
			}
		},
		has: path => lstatSync(join(root, path), {throwIfNoEntry: false}) !== undefined,
		link(folder, program, name) {
			const where: LinkFolder = {folder: join(root, folder), program: join(root, program)};
			return present(where, name);
		},
	};
}

function readTreeFile(root: string, path: string): ReturnType<Tree['file']> {
	try {
		const found = statSync(join(root, path));
		if (!found.isFile()) return undefined;
		return {path, bytes: readFileSync(join(root, path)), mode: found.mode & 0o7777};
	} catch (error) {
		return missing(error);
	}
}

const mostLinks = 40;

/** The last part of a path followed as long as it is a symbolic link. */
function followLinks(root: string, path: string, inside: (path: string) => string): string {
	let at = path;
	for (let count = 0; count < mostLinks; count++) {
		if (!lstatSync(join(root, at), {throwIfNoEntry: false})?.isSymbolicLink()) return at;
		at = inside(resolve(dirname(at), readlinkSync(join(root, at))));
	}
	return at;
}

function missing(error: unknown): undefined {
	if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined;
	throw error;
}
