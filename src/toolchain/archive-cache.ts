import {createReadStream, existsSync, readdirSync} from 'node:fs';
import {mkdir, rename, rm, stat, utimes} from 'node:fs/promises';
import {join} from 'node:path';
import {AppError, systemCode} from '../lib/errors.js';
import {identifyArchive} from './archive-id.js';
import {Staging} from './staging.js';
import {storing} from './store-failed.js';

export interface ArchiveCacheOptions {
	/** Archives lie at `<folder>/<i0>/<i1>/<id>`, as upstream's do. */
	readonly folder: string;
	readonly limitBytes: number;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
}

/** A file that stays until it is released. */
export interface HeldArchive {
	readonly path: string;
	readonly sizeBytes: number;
	release(): void;
}

const archiveId = /^[0-9a-f]{64}$/;

export function isArchiveId(text: string): boolean {
	return archiveId.test(text);
}

export async function archiveIdOf(path: string): Promise<string> {
	const identity = await identifyArchive();
	for await (const chunk of createReadStream(path, {highWaterMark: 1024 ** 2})) {
		identity.update(chunk);
	}
	return identity.id();
}

/**
 * Archives by their id; those not used for longest go when there are too many bytes, but never one that is held. The folder is the
 * truth, so that several threads and processes can share it; each keeps only what it holds itself, and a file that another one removes
 * can still be read by who has it open.
 */
export class ArchiveCache {
	readonly limitBytes: number;
	readonly #folder: string;
	readonly #staging: Staging;
	readonly #now: () => number;
	readonly #held = new Map<string, number>();

	private constructor({folder, limitBytes, now}: ArchiveCacheOptions) {
		this.limitBytes = limitBytes;
		this.#folder = folder;
		this.#now = now;
		this.#staging = new Staging(join(folder, 'staging'));
	}

	/** Also removes what killed processes left. Throws AppError TOOLCHAIN_STORE_FAILED. */
	static async open(options: ArchiveCacheOptions): Promise<ArchiveCache> {
		return storing(options.folder, async () => {
			const cache = new ArchiveCache(options);
			await cache.#staging.sweep();
			await cache.#shrink(undefined);
			return cache;
		});
	}

	has(id: string): boolean {
		return isArchiveId(id) && existsSync(this.#path(id));
	}

	/** Undefined when it is not here. */
	async acquire(id: string): Promise<HeldArchive | undefined> {
		if (!isArchiveId(id)) return undefined;
		const path = this.#path(id);
		this.#hold(id);
		try {
			const {size: sizeBytes} = await stat(path);
			await this.#touch(path);
			let released = false;
			const release = () => {
				if (!released) this.#release(id);
				released = true;
			};
			return {path, sizeBytes, release};
		} catch (error) {
			this.#release(id);
			if (systemCode(error) !== 'ENOENT') throw error;
			return undefined;
		}
	}

	/**
	 * Has an archive written to a path of our choice, and takes it up under the id that comes back, whole or not at all; undefined: it is
	 * not wanted. Throws AppError TOOLCHAIN_TOO_LARGE when it alone is over the limit, TOOLCHAIN_STORE_FAILED.
	 */
	async put(write: (path: string) => Promise<string | undefined>): Promise<string | undefined> {
		return storing(this.#folder, async () => {
			const staged = this.#staging.path();
			try {
				const id = await write(staged);
				if (id === undefined) return undefined;
				const {size} = await stat(staged);
				if (size > this.limitBytes) throw tooLarge(size, this.limitBytes);
				const path = this.#path(id);
				await mkdir(join(path, '..'), {recursive: true, mode: 0o700});
				await this.#touch(staged);
				await rename(staged, path);
				await this.#shrink(id);
				return id;
			} finally {
				await rm(staged, {force: true});
			}
		});
	}

	async remove(id: string): Promise<void> {
		if (isArchiveId(id)) await rm(this.#path(id), {force: true});
	}

	async #shrink(newest: string | undefined): Promise<void> {
		const archives = (await this.#archives()).sort((a, b) => a.usedMs - b.usedMs);
		let sizeBytes = archives.reduce((sum, archive) => sum + archive.sizeBytes, 0);
		for (const archive of archives) {
			if (sizeBytes <= this.limitBytes) return;
			if (archive.id === newest || this.#held.has(archive.id)) continue;
			await this.remove(archive.id);
			sizeBytes -= archive.sizeBytes;
		}
	}

	async #archives() {
		const found: {readonly id: string; readonly sizeBytes: number; readonly usedMs: number}[] = [];
		for (const name of readdirSync(this.#folder, {recursive: true, encoding: 'utf8'})) {
			const id = name.slice(4);
			if (!isArchiveId(id) || join(this.#folder, name) !== this.#path(id)) continue;
			try {
				const {size, mtimeMs} = await stat(this.#path(id));
				found.push({id, sizeBytes: size, usedMs: mtimeMs});
			} catch (error) {
				if (systemCode(error) !== 'ENOENT') throw error;
			}
		}
		return found;
	}

	async #touch(path: string): Promise<void> {
		await utimes(path, this.#now() / 1000, this.#now() / 1000);
	}

	#hold(id: string): void {
		this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
	}

	#release(id: string): void {
		const holds = (this.#held.get(id) ?? 0) - 1;
		if (holds > 0) this.#held.set(id, holds);
		else this.#held.delete(id);
	}

	#path(id: string): string {
		return join(this.#folder, id[0] ?? '', id[1] ?? '', id);
	}
}

function tooLarge(sizeBytes: number, limitBytes: number): AppError {
	return new AppError(
		'TOOLCHAIN_TOO_LARGE',
		`a toolchain of ${sizeBytes} bytes does not fit into ${limitBytes}`,
		{hint: 'raise toolchain_cache_size', fields: {sizeBytes, limitBytes}},
	);
}
