import {statSync} from 'node:fs';
import {AppError} from '../lib/errors.js';
import {archiveIdOf} from './archive-cache.js';

/** The id of an archive that the user made, computed again when the file changes. */
export class FixedArchive {
	readonly path: string;
	#version = '';
	#id: string | undefined;
	#running: Promise<void> | undefined;

	constructor(path: string) {
		this.path = path;
	}

	/** Undefined while it is being computed. Throws AppError TOOLCHAIN_MISSING. */
	id(): string | undefined {
		const version = this.#look();
		if (version !== this.#version && this.#running === undefined) {
			this.#id = undefined;
			this.#running = this.#compute(version);
		}
		return this.#id;
	}

	/** Undefined when it is not of this id. */
	sizeBytes(id: string): number | undefined {
		return this.id() === id ? statSync(this.path).size : undefined;
	}

	settled(): Promise<void> {
		return this.#running ?? Promise.resolve();
	}

	async #compute(version: string): Promise<void> {
		try {
			this.#id = await archiveIdOf(this.path);
			this.#version = version;
		} catch {
			// The next question asks for the file again, and says why.
		} finally {
			this.#running = undefined;
		}
	}

	#look(): string {
		try {
			const {ino, size, mtimeNs} = statSync(this.path, {bigint: true});
			return `${ino} ${size} ${mtimeNs}`;
		} catch (error) {
			throw new AppError(
				'TOOLCHAIN_MISSING',
				`the archive ${this.path} of dist.toolchains can't be read: ${(error as Error).message}`,
				{hint: 'make it, or remove its entry', fields: {path: this.path}, cause: error},
			);
		}
	}
}
