import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {AppError, systemCode} from '../lib/errors.js';
import type {Input} from './job.js';
import {LowerLayers} from './lower-layers.js';
import {OpenFolders} from './open-folders.js';
import {type Owner, ownedBy, placeInput, placementError} from './place-inputs.js';
import {resolveInRoot} from './resolve-in-root.js';
import type {Warden} from './warden.js';

/** An input of which it is known what it holds. */
export interface KnownInput extends Input {
	readonly mtimeS: number;
	/** SHA-256 of its bytes. */
	readonly digest: Buffer;
}

/** A folder that lies between the toolchain and what is the job's own. */
export interface Layer {
	readonly folder: string;
	/** May be said twice. */
	readonly release: () => void;
}

export interface LayersOptions {
	readonly warden: Pick<Warden, 'remove'>;
	/** Empty, and ours. */
	readonly folder: string;
	readonly owner: Owner;
	readonly limitBytes: number;
}

interface Kept {
	readonly key: string;
	readonly folder: string;
	readonly sizeBytes: number;
	/** Its files, as `nameOf` names them. */
	readonly names: readonly string[];
	users: number;
}

const mostKept = 64;
/** What a small file takes in memory. */
const blockBytes = 4096;

/**
 * Sets of inputs that jobs have in common, each in a folder that is made once, never changed, and mounted below what is the job's own: a
 * job sees exactly the files that it was sent, and one that writes to them gets a copy. A file that was in another set is linked
 * there under the same path only, so that no set has one inode twice: compilers tell files apart by that.
 */
export class Layers {
	readonly #options: LayersOptions;
	/** By key, the last used at the end. */
	readonly #kept = new Map<string, Kept>();
	/** Where files lie that were placed, by their names. */
	readonly #files = new Map<string, {readonly path: string; readonly folder: string}>();
	#serial = 0;
	#sizeBytes = 0;

	constructor(options: LayersOptions) {
		this.#options = options;
	}

	hold(key: string): Layer | undefined {
		const kept = this.#kept.get(key);
		if (kept === undefined) return undefined;
		this.#kept.delete(key);
		this.#kept.set(key, kept);
		kept.users++;
		let isHeld = true;
		return {
			folder: kept.folder,
			release: () => {
				if (isHeld) kept.users--;
				isHeld = false;
			},
		};
	}

	/**
	 * `key` names the toolchain and all that is said of the files. Undefined when there is no room. Throws SANDBOX_JOB_INVALID for what can't
	 * be files together.
	 */
	make(key: string, toolchainFolder: string, files: readonly KnownInput[]): Layer | undefined {
		const held = this.hold(key);
		if (held !== undefined) return held;
		const folder = join(this.#options.folder, String(this.#serial++));
		try {
			mkdirSync(folder, {mode: 0o755});
			const sizeBytes = this.#place(folder, toolchainFolder, files);
			this.#sizeBytes += sizeBytes;
			this.#kept.set(key, {key, folder, sizeBytes, names: files.map(nameOf), users: 0});
			const layer = this.hold(key);
			this.#dropUntil(this.#options.limitBytes, mostKept);
			return layer;
		} catch (error) {
			this.#remove(folder, files.map(nameOf));
			const told = placementError(error);
			if (!(told instanceof AppError) || told.code !== 'SANDBOX_FAILED') throw told;
			this.#dropUntil(0, 0);
			return undefined;
		}
	}

	/** Returns what it takes. */
	#place(folder: string, toolchainFolder: string, files: readonly KnownInput[]): number {
		const {owner} = this.#options;
		const own = ownedBy(owner);
		const below = new LowerLayers([toolchainFolder]);
		const folders = new OpenFolders({root: folder, below, owner, onMade: own});
		let sizeBytes = 0;
		try {
			for (const file of files) {
				const name = nameOf(file);
				const known = this.#files.get(name);
				if (known !== undefined && folders.linkNew(file.path, known.path)) continue;
				placeInput(folders, file, own);
				sizeBytes += blockBytes * Math.ceil(file.bytes.length / blockBytes + 1);
				const resolved = resolveInRoot(file.path, path => below.find(path).target);
				this.#files.set(name, {path: folder + resolved, folder});
			}
		} finally {
			folders.close();
		}
		return sizeBytes;
	}

	/** Those that are used are let be. */
	#dropUntil(limitBytes: number, most: number): void {
		for (const [key, {folder, names, sizeBytes, users}] of [...this.#kept]) {
			if (this.#sizeBytes <= limitBytes && this.#kept.size <= most) return;
			if (users > 0) continue;
			this.#kept.delete(key);
			this.#sizeBytes -= sizeBytes;
			this.#remove(folder, names);
		}
	}

	#remove(folder: string, names: readonly string[]): void {
		for (const name of names) {
			if (this.#files.get(name)?.folder === folder) this.#files.delete(name);
		}
		// What can't be removed goes with the server.
		this.#options.warden.remove([folder]).catch(error => {
			if (systemCode(error) === undefined) throw error;
		});
	}
}

function nameOf({path, mode, mtimeS, digest}: KnownInput): string {
	return `${digest.toString('latin1')}${mode} ${mtimeS} ${path}`;
}
