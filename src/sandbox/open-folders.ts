import {
	closeSync,
	constants,
	fchmodSync,
	linkSync,
	lstatSync,
	mkdirSync,
	openSync,
	unlinkSync,
} from 'node:fs';
import {posix} from 'node:path';
import {AppError, systemCode} from '../lib/errors.js';
import type {LowerLayers} from './lower-layers.js';
import {folderFlags, openWithin, within} from './open-beneath.js';
import {type ReadLink, resolveInRoot} from './resolve-in-root.js';

export interface OpenFoldersOptions {
	/** What is placed goes there; it holds no links, and nothing else happens there meanwhile. */
	readonly root: string;
	/** What will be seen below it. */
	readonly below: LowerLayers;
	/** Whom the files of a job belong to, when there is more than one user to choose. */
	readonly owner: {readonly uid: number; readonly gid: number} | undefined;
	/** Told of each folder that neither was nor will be seen below. */
	readonly onMade: (descriptor: number) => void;
}

/** Far from what a process may have open. */
const mostOpen = 200;

/**
 * The folders of one layer, found as `resolveInRoot` finds them through what lies below, opened as `openFolderBeneath` opens them, and
 * kept open: hundreds of files go into few folders. Those that are missing are made; over one that will be seen below, with its
 * permissions.
 */
export class OpenFolders {
	readonly #root: number;
	readonly #options: OpenFoldersOptions;
	readonly #readLink: ReadLink;
	/** By the path as it was asked for. */
	readonly #resolved = new Map<string, string>();
	/** By the path as it was resolved; the oldest first. */
	readonly #open = new Map<string, number>();

	constructor(options: OpenFoldersOptions) {
		this.#root = openSync(options.root, folderFlags);
		this.#options = options;
		this.#readLink = path => options.below.find(path).target;
	}

	/** A descriptor that is good until the next call. */
	open(path: string): number {
		return this.#openResolved(this.#resolve(path));
	}

	/**
	 * A new file, open for writing, in a folder as `open` finds it; undefined when something is there already. `mode` is what the process
	 * lets through of it.
	 */
	createNew(path: string, mode: number): number | undefined {
		const place = this.#newPlace(path);
		if (place === undefined) return undefined;
		try {
			return openWithin(place.folder, place.name, newFlags, mode);
		} catch (error) {
			if (systemCode(error) !== 'EEXIST') throw error;
			return undefined;
		}
	}

	/** A new file in the place of one that may be there, open for writing; a link at the end is followed within the root. */
	replace(path: string): number {
		const resolved = resolveInRoot(path, this.#readLink);
		if (this.#options.below.find(resolved).stat?.isDirectory()) throw inTheWay(path);
		const folder = this.#openResolved(posix.dirname(resolved));
		const name = posix.basename(resolved);
		try {
			// Not written to: it may have other names elsewhere.
			unlinkSync(within(folder, name));
		} catch (error) {
			if (systemCode(error) !== 'ENOENT') throw error;
		}
		return openWithin(folder, name, newFlags, 0o600);
	}

	/** Another name for a file of the same filesystem; false when that can't be. */
	linkNew(path: string, existing: string): boolean {
		const place = this.#newPlace(path);
		if (place === undefined) return false;
		try {
			linkSync(existing, within(place.folder, place.name));
			return true;
		} catch (error) {
			if (systemCode(error) === undefined) throw error;
			return false;
		}
	}

	close(): void {
		for (const descriptor of this.#open.values()) closeSync(descriptor);
		closeSync(this.#root);
	}

	#resolve(path: string): string {
		const resolved = this.#resolved.get(path) ?? resolveInRoot(path, this.#readLink);
		this.#resolved.set(path, resolved);
		return resolved;
	}

	/** Undefined when the name leads elsewhere, or is none. */
	#newPlace(path: string): {readonly folder: number; readonly name: string} | undefined {
		const end = path.lastIndexOf('/');
		const name = path.slice(end + 1);
		if (name === '' || name === '.' || name === '..') return undefined;
		const parent = this.#resolve(path.slice(0, end) || '/');
		const {stat, target} = this.#options.below.find(
			parent === '/' ? `/${name}` : `${parent}/${name}`,
		);
		if (target !== undefined) return undefined;
		if (stat?.isDirectory()) throw inTheWay(path);
		return {folder: this.#openResolved(parent), name};
	}

	#openResolved(path: string): number {
		if (path === '/') return this.#root;
		const known = this.#open.get(path);
		if (known !== undefined) return known;
		const parent = this.#openResolved(posix.dirname(path));
		const opened = this.#openOrMake(within(parent, posix.basename(path)), path);
		const [oldest] = this.#open;
		if (this.#open.size >= mostOpen && oldest !== undefined) {
			closeSync(oldest[1]);
			this.#open.delete(oldest[0]);
		}
		this.#open.set(path, opened);
		return opened;
	}

	#openOrMake(place: string, path: string): number {
		if (lstatSync(place, {throwIfNoEntry: false}) !== undefined)
			return openSync(place, folderFlags);
		const {below, owner, onMade} = this.#options;
		const {stat} = below.find(path);
		if (stat !== undefined && !stat.isDirectory()) throw inTheWay(path);
		mkdirSync(place, {mode: 0o755});
		const opened = openSync(place, folderFlags);
		if (stat === undefined || stat.uid === owner?.uid) onMade(opened);
		if (stat !== undefined && (stat.mode & 0o7777) !== 0o755)
			fchmodSync(opened, stat.mode & 0o7777);
		return opened;
	}
}

function inTheWay(path: string): AppError {
	return new AppError('SANDBOX_JOB_INVALID', `something else is where ${path} is to be placed`);
}

const newFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
