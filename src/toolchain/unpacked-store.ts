import {existsSync, readdirSync, renameSync} from 'node:fs';
import {chmod, mkdir, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {AppError} from '../lib/errors.js';
import {readIfThere} from '../lib/read-if-there.js';
import {type ArchiveCache, isArchiveId} from './archive-cache.js';
import {folderSizeBytes} from './folder-size.js';
import {type Received, receive} from './receive.js';
import {Staging} from './staging.js';
import {storing} from './store-failed.js';
import {type UnpackLimits, unpack} from './unpack.js';

export interface UnpackedStoreOptions {
	/** Ours alone: toolchains lie at `<folder>/<id>`. */
	readonly folder: string;
	/** What was received. */
	readonly archives: ArchiveCache;
	/** Of all that is unpacked. */
	readonly limitBytes: number;
	readonly unpackLimits: UnpackLimits;
	/** Names the time since the machine was started: /proc/sys/kernel/random/boot_id. */
	readonly bootId: string;
	/** Called with the folder of a toolchain before its files are removed; nobody is given it any more. */
	readonly beforeRemoval?: (folder: string) => Promise<void>;
}

export interface HeldToolchain {
	readonly folder: string;
	release(): void;
}

interface Kept {
	readonly sizeBytes: number;
	holds: number;
	/** To be removed when nobody holds it any more. */
	removed: boolean;
}

/**
 * A server's toolchains: archives that were received, and what was unpacked of them, the least lately used going first and never one that
 * is held. Unpacked files are not forced to the disk, so they do not outlive the machine's run; archives do. One process at a time.
 */
export class UnpackedStore {
	readonly #options: UnpackedStoreOptions;
	readonly #staging: Staging;
	/** The least lately used first. */
	readonly #kept = new Map<string, Kept>();
	readonly #unpacking = new Map<string, Promise<void>>();
	readonly #receiving = new Map<string, Promise<Received>>();

	private constructor(options: UnpackedStoreOptions) {
		this.#options = options;
		this.#staging = new Staging(join(options.folder, 'staging'));
	}

	/** Takes up what an earlier process unpacked. Throws AppError TOOLCHAIN_STORE_FAILED. */
	static async open(options: UnpackedStoreOptions): Promise<UnpackedStore> {
		return storing(options.folder, async () => {
			const store = new UnpackedStore(options);
			await store.#staging.sweep();
			await store.#adopt();
			await store.#shrink(undefined);
			return store;
		});
	}

	/** Is it here, unpacked or as an archive? */
	has(id: string): boolean {
		return this.#isKept(id) || this.#options.archives.has(id);
	}

	/** Ids of all that is unpacked. */
	unpacked(): readonly string[] {
		return [...this.#kept.keys()].filter(id => this.#isKept(id));
	}

	/**
	 * Takes an archive off a stream. While one with this id is on its way, others wait for it and read nothing of theirs; only when it fails
	 * is the next one's taken. Throws what the stream throws, and AppError TOOLCHAIN_STORE_FAILED.
	 */
	async receive(id: string, stream: AsyncIterable<Uint8Array>): Promise<Received> {
		for (;;) {
			if (this.has(id)) return 'ok';
			const other = this.#receiving.get(id);
			if (other === undefined) break;
			await other.catch(() => {});
		}
		const running = receive(this.#options.archives, id, stream).finally(() =>
			this.#receiving.delete(id),
		);
		this.#receiving.set(id, running);
		return running;
	}

	/**
	 * Unpacks it, once however many ask, and keeps it until it is released. Throws AppError TOOLCHAIN_MISSING, TOOLCHAIN_INVALID (the archive
	 * is gone then, to be received again) and TOOLCHAIN_STORE_FAILED.
	 */
	async acquire(id: string): Promise<HeldToolchain> {
		for (;;) {
			const kept = this.#kept.get(id);
			if (kept !== undefined && this.#isKept(id)) return this.#hold(id, kept);
			if (kept?.removed === false) await this.#forgetLost(id);
			const running = this.#unpacking.get(id) ?? this.#unpackOnce(id);
			await running;
		}
	}

	/** Forgets it: at once, or when it is released. */
	async remove(id: string): Promise<void> {
		await this.#options.archives.remove(id);
		const kept = this.#kept.get(id);
		if (kept === undefined) return;
		kept.removed = true;
		if (kept.holds === 0) await this.#discard(id);
	}

	/** Not to be removed, and not removed by somebody else. */
	#isKept(id: string): boolean {
		return this.#kept.get(id)?.removed === false && existsSync(this.#path(id));
	}

	/** Who holds it has what is left of it. */
	async #forgetLost(id: string): Promise<void> {
		this.#kept.delete(id);
		await this.#options.beforeRemoval?.(this.#path(id));
	}

	#hold(id: string, kept: Kept): HeldToolchain {
		kept.holds++;
		this.#kept.delete(id);
		this.#kept.set(id, kept);
		let released = false;
		return {
			folder: this.#path(id),
			release: () => {
				if (released) return;
				released = true;
				kept.holds--;
				if (kept.holds === 0 && kept.removed) this.#discard(id).catch(() => {});
			},
		};
	}

	#unpackOnce(id: string): Promise<void> {
		const running = storing(this.#options.folder, () => this.#unpack(id)).finally(() =>
			this.#unpacking.delete(id),
		);
		this.#unpacking.set(id, running);
		return running;
	}

	async #unpack(id: string): Promise<void> {
		const {archives, unpackLimits: limits} = this.#options;
		const archive = await archives.acquire(id);
		if (archive === undefined) throw missing(id);
		const removed = this.#kept.get(id);
		if (removed !== undefined) {
			// It was received again while somebody still has the old one, which is the same.
			removed.removed = false;
			archive.release();
			return;
		}
		const staged = this.#staging.path();
		try {
			await mkdir(staged, {mode: 0o755});
			await chmod(staged, 0o755);
			await unpack({archive: archive.path, id, folder: staged, limits});
			const sizeBytes = await folderSizeBytes(staged);
			if (existsSync(this.#path(id))) await this.#discard(id);
			await rename(staged, this.#path(id));
			this.#kept.set(id, {sizeBytes, holds: 0, removed: false});
			await this.#shrink(id);
		} catch (error) {
			await rm(staged, {recursive: true, force: true});
			if (error instanceof AppError && error.code === 'TOOLCHAIN_INVALID')
				await archives.remove(id);
			throw error;
		} finally {
			archive.release();
		}
	}

	async #shrink(newest: string | undefined): Promise<void> {
		let sizeBytes = [...this.#kept.values()].reduce((sum, kept) => sum + kept.sizeBytes, 0);
		for (const [id, kept] of [...this.#kept]) {
			if (sizeBytes <= this.#options.limitBytes) return;
			if (id === newest || this.#kept.get(id) !== kept || kept.holds > 0) continue;
			sizeBytes -= kept.sizeBytes;
			await this.#discard(id);
		}
	}

	/** Out of the way in one step: half a toolchain is never found under its id. */
	async #discard(id: string): Promise<void> {
		const aside = this.#staging.path();
		this.#kept.delete(id);
		if (existsSync(this.#path(id))) renameSync(this.#path(id), aside);
		await this.#options.beforeRemoval?.(this.#path(id));
		await rm(aside, {recursive: true, force: true});
	}

	/** What was unpacked before the machine's last start, or nobody knows when, may be half on the disk. */
	async #adopt(): Promise<void> {
		const {folder, bootId} = this.#options;
		const marker = join(folder, 'boot');
		const unpackedIn = readIfThere(marker)?.toString('utf8');
		const ids = readdirSync(folder).filter(isArchiveId).sort();
		for (const id of ids) {
			if (unpackedIn === bootId) {
				const sizeBytes = await folderSizeBytes(this.#path(id));
				this.#kept.set(id, {sizeBytes, holds: 0, removed: false});
			} else {
				await this.#discard(id);
			}
		}
		await writeFile(marker, bootId, {mode: 0o600});
	}

	#path(id: string): string {
		return join(this.#options.folder, id);
	}
}

function missing(id: string): AppError {
	return new AppError('TOOLCHAIN_MISSING', `there is no toolchain ${id} here`, {fields: {id}});
}
