import {closeSync, constants, lstatSync, mkdirSync, openSync} from 'node:fs';
import {posix} from 'node:path';
import {systemCode} from '../lib/errors.js';
import {folderFlags, openWithin, within} from './open-beneath.js';
import {type ReadLink, resolveInRoot} from './resolve-in-root.js';

/** Far from what a process may have open. */
const mostOpen = 200;

/**
 * Folders below a root in which nothing else happens meanwhile, found as `resolveInRoot` finds them, opened as `openFolderBeneath` opens
 * them, and kept open: hundreds of files go into few folders. Those that are missing are made, and shown to `onMade`.
 */
export class OpenFolders {
	readonly #root: number;
	readonly #onMade: (descriptor: number) => void;
	readonly #readLink: ReadLink;
	readonly #links = new Map<string, string | undefined>();
	/** By the path as it was asked for. */
	readonly #resolved = new Map<string, string>();
	/** By the path as it was resolved; the oldest first. */
	readonly #open = new Map<string, number>();

	constructor(root: string, readLink: ReadLink, onMade: (descriptor: number) => void) {
		this.#root = openSync(root, folderFlags);
		this.#onMade = onMade;
		this.#readLink = path => {
			if (!this.#links.has(path)) this.#links.set(path, readLink(path));
			return this.#links.get(path);
		};
	}

	/** A descriptor that is good until the next call. */
	open(path: string): number {
		const resolved = this.#resolved.get(path) ?? resolveInRoot(path, this.#readLink);
		this.#resolved.set(path, resolved);
		return this.#openResolved(resolved);
	}

	/**
	 * A new file, open for writing, in a folder as `open` finds it; undefined when something is there already. `mode` is what the process
	 * lets through of it.
	 */
	createNew(path: string, mode: number): number | undefined {
		const end = path.lastIndexOf('/');
		const name = path.slice(end + 1);
		if (name === '' || name === '.' || name === '..') return undefined;
		try {
			return openWithin(this.open(path.slice(0, end) || '/'), name, newFlags, mode);
		} catch (error) {
			if (systemCode(error) !== 'EEXIST') throw error;
			return undefined;
		}
	}

	/** A file that may be there, emptied and open for writing; a link at the end is followed within the root. */
	overwrite(path: string): number {
		const resolved = resolveInRoot(path, this.#readLink);
		const folder = this.#openResolved(posix.dirname(resolved));
		return openWithin(folder, posix.basename(resolved), overwriteFlags, 0o600);
	}

	close(): void {
		for (const descriptor of this.#open.values()) closeSync(descriptor);
		closeSync(this.#root);
	}

	#openResolved(path: string): number {
		if (path === '/') return this.#root;
		const known = this.#open.get(path);
		if (known !== undefined) return known;
		const parent = this.#openResolved(posix.dirname(path));
		const opened = this.#openOrMake(within(parent, posix.basename(path)));
		const [oldest] = this.#open;
		if (this.#open.size >= mostOpen && oldest !== undefined) {
			closeSync(oldest[1]);
			this.#open.delete(oldest[0]);
		}
		this.#open.set(path, opened);
		return opened;
	}

	#openOrMake(path: string): number {
		const isMissing = lstatSync(path, {throwIfNoEntry: false}) === undefined;
		if (isMissing) mkdirSync(path, {mode: 0o755});
		const opened = openSync(path, folderFlags);
		if (isMissing) this.#onMade(opened);
		return opened;
	}
}

const {O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK, O_EXCL} = constants;
const newFlags = O_WRONLY | O_CREAT | O_EXCL;
const overwriteFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK;
