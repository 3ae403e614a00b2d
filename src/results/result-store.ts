import {mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {systemCode} from '../lib/errors.js';
import {decodeResult, encodeResult, type KeptResult} from './result-file.js';
import {hintIn} from './result-key.js';

export interface ResultStoreOptions {
	/** Results lie at `<folder>/<k0k1>/<key>`. It is made if it is missing, and nobody else's. */
	readonly folder: string;
	readonly limitBytes: number;
	/** Milliseconds since the epoch. */
	readonly now: () => number;
	/** A result could not be kept, or what was kept is damaged. */
	readonly onTrouble: (trouble: string, error: unknown) => void;
}

/** One that takes more of the room than that would cost too many others. */
const largestShare = 1 / 8;
const named = /^[0-9a-f]{16}-[0-9a-f]{64}$/;

/** Results on disk, by their keys; when they take too much, those not asked for longest go. One process has the folder at a time. */
export class ResultStore {
	readonly #options: ResultStoreOptions;
	/** Sizes, by key; the last used at the end. */
	readonly #sizes = new Map<string, number>();
	readonly #writing = new Set<Promise<void>>();
	#sizeBytes = 0;
	#serial = 0;
	/** Each trouble is told once. */
	#isFailing = false;

	private constructor(options: ResultStoreOptions) {
		this.#options = options;
	}

	/** What was kept before is there again; what was not wholly written is removed. Throws what the file system says. */
	static async open(options: ResultStoreOptions): Promise<ResultStore> {
		const store = new ResultStore(options);
		await mkdir(options.folder, {recursive: true, mode: 0o700});
		await rm(store.#staging, {recursive: true, force: true});
		await mkdir(store.#staging, {mode: 0o700});
		await store.#adopt();
		return store;
	}

	get sizeBytes(): number {
		return this.#sizeBytes;
	}

	get count(): number {
		return this.#sizes.size;
	}

	/** One that is damaged is none. */
	async find(key: string): Promise<KeptResult | undefined> {
		const sizeBytes = this.#sizes.get(key);
		if (sizeBytes === undefined) return undefined;
		const path = this.#path(key);
		let file: Buffer;
		try {
			file = await readFile(path);
		} catch (error) {
			await this.#drop(key, 'a kept result can not be read', error);
			return undefined;
		}
		const result = decodeResult(key, file);
		if (result === undefined) {
			await this.#drop(key, 'a kept result is damaged', undefined);
			return undefined;
		}
		if (this.#sizes.delete(key)) this.#sizes.set(key, sizeBytes);
		const usedS = this.#options.now() / 1000;
		// For the order after a restart alone.
		utimes(path, usedS, usedS).catch(() => {});
		return result;
	}

	/** Resolves when it is found by its key, or can't be kept. */
	keep(key: string, result: KeptResult): Promise<void> {
		const writing = this.#write(key, result).then(
			() => {
				this.#isFailing = false;
			},
			error => {
				if (!this.#isFailing) this.#options.onTrouble('a result can not be kept', error);
				this.#isFailing = true;
			},
		);
		this.#writing.add(writing);
		return writing.finally(() => this.#writing.delete(writing));
	}

	/** The hints of the last used. */
	hints(most: number): readonly string[] {
		return [...this.#sizes.keys()].slice(-most).map(hintIn);
	}

	/** When all that was to be kept until now is on disk, or lost. */
	async settled(): Promise<void> {
		await Promise.all(this.#writing);
	}

	get #staging(): string {
		return join(this.#options.folder, 'staging');
	}

	#path(key: string): string {
		return join(this.#options.folder, key.slice(0, 2), key);
	}

	async #write(key: string, result: KeptResult): Promise<void> {
		const chunks = encodeResult(key, result);
		const sizeBytes = chunks.reduce((sum, {length}) => sum + length, 0);
		if (sizeBytes > this.#options.limitBytes * largestShare) return;
		const staged = join(this.#staging, String(this.#serial++));
		const path = this.#path(key);
		try {
			await writeFile(staged, chunks, {mode: 0o600, flag: 'wx'});
			await mkdir(join(path, '..'), {recursive: true, mode: 0o700});
			await rename(staged, path);
		} catch (error) {
			await rm(staged, {force: true});
			throw error;
		}
		this.#forget(key);
		this.#sizes.set(key, sizeBytes);
		this.#sizeBytes += sizeBytes;
		await this.#shrink();
	}

	async #shrink(): Promise<void> {
		for (const [key] of this.#sizes) {
			if (this.#sizeBytes <= this.#options.limitBytes) return;
			this.#forget(key);
			await rm(this.#path(key), {force: true});
		}
	}

	async #drop(key: string, trouble: string, error: unknown): Promise<void> {
		this.#forget(key);
		await rm(this.#path(key), {force: true}).catch(() => {});
		this.#options.onTrouble(trouble, error);
	}

	#forget(key: string): void {
		this.#sizeBytes -= this.#sizes.get(key) ?? 0;
		this.#sizes.delete(key);
	}

	async #adopt(): Promise<void> {
		const {folder} = this.#options;
		const found: {key: string; sizeBytes: number; usedMs: number}[] = [];
		for (const name of await readdir(folder)) {
			if (!/^[0-9a-f]{2}$/.test(name)) continue;
			const keys = (await readdir(join(folder, name))).filter(key => named.test(key));
			const stats = keys.map(async key => {
				const {size: sizeBytes, mtimeMs: usedMs} = await stat(join(folder, name, key));
				return {key, sizeBytes, usedMs};
			});
			found.push(...(await Promise.all(stats)));
		}
		found.sort((one, other) => one.usedMs - other.usedMs);
		for (const {key, sizeBytes} of found) {
			this.#sizes.set(key, sizeBytes);
			this.#sizeBytes += sizeBytes;
		}
		await this.#shrink();
	}
}

/** Errors of the file system; anything else is a mistake of ours. */
export function isDiskError(error: unknown): boolean {
	return /^E[A-Z0-9]+$/.test(systemCode(error) ?? '');
}
