import {lstatSync, readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {systemCode} from '../../lib/errors.js';
import {type LinkFolder, present} from '../../links/folder.js';
import type {Present} from '../../links/plan.js';
import type {Access} from './change.js';
import {idsOf} from './owners.js';

export interface TreeFile {
	/** Its own path, when symbolic links have led to it. */
	readonly path: string;
	readonly bytes: Buffer;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
}

/** What a plan is made from. Paths begin with `/` and are within the tree. */
export interface Tree {
	/** Undefined: there is none, or it is no file. */
	file(path: string): TreeFile | undefined;
	/** The names in a folder, sorted; undefined: there is none. */
	folder(path: string): readonly string[] | undefined;
	has(path: string): boolean;
	/** The path, without symbolic links, of what is a program; else undefined. */
	program(path: string): string | undefined;
	/** The path without symbolic links, as far as it exists. */
	real(path: string): string;
	/** Whether the owner, the group and the secrecy of a file are those. The owner does not count for who can't give files away. */
	isGuarded(file: TreeFile, access: Access): boolean;
	/** What stands where a compiler's name should lead to the program. */
	link(folder: string, program: string, name: string): Present;
}

/** A tree on the disk, in which symbolic links mean what they mean inside it. */
export interface Place {
	/** The root, with the prefix in it. */
	readonly base: string;
	/** Links and files name it; empty where there is none. */
	readonly eprefix: string;
	/** Only root can give files away. */
	readonly canChown: boolean;
}

export function openTree({base, eprefix, canChown}: Place): Tree {
	const real = (path: string): string => followLinks({base, eprefix}, path);
	const at = (path: string): string => join(base, real(path));
	return {
		file: path => orMissing(() => readTreeFile(base, real(path))),
		folder: path => orMissing(() => readdirSync(at(path)).sort()),
		program(path) {
			const found = lstatSync(at(path), {throwIfNoEntry: false});
			return found?.isFile() === true && (found.mode & 0o111) !== 0 ? real(path) : undefined;
		},
		real,
		has: path => lstatSync(at(path), {throwIfNoEntry: false}) !== undefined,
		isGuarded(file, access) {
			const ids = idsOf(base, access);
			const readable = access.group === 'root' || (file.mode & 0o040) !== 0;
			const owned = !canChown || (file.uid === ids.uid && file.gid === ids.gid);
			return (file.mode & 0o027) === 0 && readable && owned;
		},
		link(folder, program, name) {
			const where: LinkFolder = {folder: at(folder), program: at(program)};
			return present(where, name);
		},
	};
}

function readTreeFile(base: string, path: string): TreeFile | undefined {
	const found = statSync(join(base, path));
	if (!found.isFile()) return undefined;
	const {uid, gid} = found;
	return {path, bytes: readFileSync(join(base, path)), mode: found.mode & 0o7777, uid, gid};
}

const mostLinks = 40;

function followLinks({base, eprefix}: Pick<Place, 'base' | 'eprefix'>, path: string): string {
	let done = '/';
	const inside = (absolute: string): string =>
		eprefix !== '' && absolute.startsWith(`${eprefix}/`)
			? absolute.slice(eprefix.length)
			: absolute;
	let rest = inside(path).split('/').filter(Boolean);
	for (let links = 0; rest.length > 0; ) {
		const [first = '', ...others] = rest;
		rest = others;
		const next = resolve(done, first);
		const target = linkTarget(join(base, next));
		if (target === undefined || links === mostLinks) {
			done = next;
			continue;
		}
		links++;
		if (target.startsWith('/')) done = '/';
		rest = [...inside(target).split('/').filter(Boolean), ...rest];
	}
	return done;
}

function linkTarget(path: string): string | undefined {
	return lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink()
		? readlinkSync(path)
		: undefined;
}

function orMissing<Value>(read: () => Value): Value | undefined {
	try {
		return read();
	} catch (error) {
		if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return undefined;
		throw error;
	}
}
