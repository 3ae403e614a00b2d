import {chmod, link, mkdir, open, rm, symlink} from 'node:fs/promises';
import {join} from 'node:path/posix';
import {entryParts, shown} from './entry-name.js';
import type {TarEntry} from './read-tar.js';
import {invalid} from './toolchain-invalid.js';

const setIdBits = 0o6000;

/**
 * Makes the entries of an archive in a folder that is new and that nobody else writes to. What lies there is known from what was made,
 * so nothing is ever reached through a symbolic link. Throws AppError TOOLCHAIN_INVALID.
 */
export class UnpackTree {
	readonly #folder: string;
	readonly #made = new Map<string, 'folder' | 'file' | 'link'>([['', 'folder']]);

	constructor(folder: string) {
		this.#folder = folder;
	}

	async make(entry: TarEntry): Promise<void> {
		const parts = entryParts(entry.path);
		if (entry.type === 'Directory') return this.#makeFolders(parts);
		const name = parts.at(-1);
		if (name === undefined) throw invalid(`${shown(entry.path)} has no name`);
		await this.#makeFolders(parts.slice(0, -1));
		const path = parts.join('/');
		await this.#clear(path);
		switch (entry.type) {
			case 'File':
			case 'OldFile':
				return this.#makeFile(path, entry);
			case 'SymbolicLink':
				return this.#makeSymbolicLink(path, entry.linkpath);
			case 'Link':
				return this.#makeHardLink(path, entry.linkpath);
			default:
				throw invalid(`${shown(entry.path)} is a ${entry.type}, which no compiler needs`);
		}
	}

	async #makeFolders(parts: readonly string[]): Promise<void> {
		for (let count = 1; count <= parts.length; count++) {
			const path = parts.slice(0, count).join('/');
			const kind = this.#made.get(path);
			if (kind === 'folder') continue;
			if (kind !== undefined) throw invalid(`${shown(path)} is a ${kind} and a folder`);
			await mkdir(this.#at(path));
			// Jobs of another user write to it; umask or not, all may read the rest.
			await chmod(this.#at(path), path === 'tmp' ? 0o1777 : 0o755);
			this.#made.set(path, 'folder');
		}
	}

	/** An entry that comes again replaces the one before, as tar does it. */
	async #clear(path: string): Promise<void> {
		const kind = this.#made.get(path);
		if (kind === 'folder') throw invalid(`${shown(path)} is a folder and something else`);
		if (kind !== undefined) await rm(this.#at(path));
	}

	async #makeFile(path: string, {mode, content}: TarEntry): Promise<void> {
		if ((mode & setIdBits) !== 0) throw invalid(`${shown(path)} would run as another user`);
		const file = await open(this.#at(path), 'wx', 0o600);
		try {
			for await (const bytes of content) await file.writeFile(bytes);
			await file.chmod((mode & 0o111) === 0 ? 0o644 : 0o755);
		} finally {
			await file.close();
		}
		this.#made.set(path, 'file');
	}

	/** Targets are seen from within, where this folder is the top; none may climb above it, so that it means the same from outside. */
	async #makeSymbolicLink(path: string, target: string): Promise<void> {
		if (target === '' || target.includes('\0'))
			throw invalid(`${shown(path)} is a link to nowhere`);
		if (!target.startsWith('/') && climbs(path, target))
			throw invalid(`${shown(path)} is a link that leads out of it`);
		await symlink(target, this.#at(path));
		this.#made.set(path, 'link');
	}

	async #makeHardLink(path: string, target: string): Promise<void> {
		const to = entryParts(target).join('/');
		if (this.#made.get(to) !== 'file' || to === path)
			throw invalid(`${shown(path)} is a hard link to no file of it`);
		await link(this.#at(to), this.#at(path));
		this.#made.set(path, 'file');
	}

	#at(path: string): string {
		return join(this.#folder, path);
	}
}

function climbs(path: string, target: string): boolean {
	let depth = path.split('/').length - 1;
	for (const part of target.split('/')) {
		if (part === '..') depth--;
		else if (part !== '' && part !== '.') depth++;
		if (depth < 0) return true;
	}
	return false;
}
