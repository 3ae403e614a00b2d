import {lstat, readdir, readlink} from 'node:fs/promises';
import {dirname, join} from 'node:path/posix';
import {AppError} from '../lib/errors.js';

/** What tells one version of a file from another. */
export interface FileVersion {
	readonly ino: bigint;
	readonly sizeBytes: number;
	readonly mtimeNs: bigint;
}

/** One entry of an archive; `path` is absolute, as the sandbox will see it. */
export type ArchiveEntry =
	| {readonly kind: 'folder'; readonly path: string}
	| {readonly kind: 'link'; readonly path: string; readonly target: string}
	| {
			readonly kind: 'file';
			readonly path: string;
			readonly executable: boolean;
			readonly version: FileVersion;
	  };

/** As the kernel counts (path_resolution(7)). */
const maxLinks = 40;

/**
 * Gathers what goes into an archive, so that every path added leads to the same file there: each folder on the way is an entry, each
 * symbolic link met is kept as it is written, and a file lies where all of them lead.
 */
export class ArchiveTree {
	readonly #entries = new Map<string, ArchiveEntry>();

	/** Adds a file or an empty folder; answers with where it really lies. Of what is not there nothing is added: that throws its ENOENT. */
	async add(path: string): Promise<string> {
		const met = new Map<string, ArchiveEntry>();
		let pending = parts(path);
		let at = '/';
		let links = 0;
		for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
			if (part === '..') {
				at = dirname(at);
				continue;
			}
			const next = join(at, part);
			const entry = await this.#look(next);
			met.set(next, entry);
			if (entry.kind !== 'link') {
				at = next;
				continue;
			}
			links++;
			if (links > maxLinks) throw unpackable(`${path} is a circle of symbolic links`);
			pending = [...parts(entry.target), ...pending];
			if (entry.target.startsWith('/')) at = '/';
		}
		for (const [name, entry] of met) this.#entries.set(name, entry);
		return at;
	}

	/** Adds a file if there is one. */
	async addIfThere(path: string): Promise<string | undefined> {
		try {
			return await this.add(path);
		} catch (error) {
			if (!isMissing(error)) throw error;
			return undefined;
		}
	}

	/** Adds a folder with all that is in it. */
	async addFolder(path: string): Promise<void> {
		const folder = await this.add(path);
		for (const name of await readdir(folder)) {
			const inside = join(folder, name);
			const really = await this.addIfThere(inside);
			if (really === inside && this.#entries.get(inside)?.kind === 'folder')
				await this.addFolder(inside);
		}
	}

	async addFolderIfThere(path: string): Promise<void> {
		if ((await this.addIfThere(path)) !== undefined) await this.addFolder(path);
	}

	/** A folder that need not be on this host. */
	addEmptyFolder(path: string): void {
		this.#entries.set(path, {kind: 'folder', path});
	}

	/** A link that need not be on this host. What is there under that name stays. */
	addLink(path: string, target: string): void {
		if (!this.#entries.has(path)) this.#entries.set(path, {kind: 'link', path, target});
	}

	/** A folder comes before what is in it; otherwise by name, whatever the order of adding. */
	entries(): readonly ArchiveEntry[] {
		return [...this.#entries.values()].sort((a, b) =>
			Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)),
		);
	}

	async #look(path: string): Promise<ArchiveEntry> {
		const known = this.#entries.get(path);
		if (known !== undefined) return known;
		const stat = await lstat(path, {bigint: true});
		if (stat.isSymbolicLink()) return {kind: 'link', path, target: await readlink(path)};
		if (stat.isDirectory()) return {kind: 'folder', path};
		if (!stat.isFile())
			throw unpackable(`${path} is neither a file nor a folder nor a symbolic link`);
		return {
			kind: 'file',
			path,
			executable: (stat.mode & 0o111n) !== 0n,
			version: {ino: stat.ino, sizeBytes: Number(stat.size), mtimeNs: stat.mtimeNs},
		};
	}
}

export function unpackable(reason: string, cause?: unknown): AppError {
	return new AppError('TOOLCHAIN_UNPACKABLE', reason, cause === undefined ? {} : {cause});
}

export function isMissing(error: unknown): boolean {
	const {code} = error as NodeJS.ErrnoException;
	return code === 'ENOENT' || code === 'ENOTDIR';
}

function parts(path: string): string[] {
	return path.split('/').filter(part => part !== '' && part !== '.');
}
