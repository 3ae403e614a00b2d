import {createHash} from 'node:crypto';
import {Lru} from '../lib/lru.js';
import {WeightedLru} from '../lib/weighted-lru.js';
import {changedNs, fileIdentity, isRegularFile, keepStamps, stampAt} from '../protocol/stamp.js';
import type {ShimConnection} from './shim-connection.js';

/**
 * File systems stamp with a clock that ticks every few milliseconds: a file that was read within this time of its last change may change
 * again without a new stamp, so its digest is used once and not remembered.
 */
const settledNs = 100_000_000n;

/** Sources, headers and crates are small; what is larger is not read into memory, and its compile not cached. */
const maxSourceBytes = 256 * 1024 * 1024;

/** What is only hashed never lies in memory as a whole. */
const maxHashedBytes = 1024 * 1024 * 1024;

/** What a Buffer takes beside its bytes. */
const bufferWeight = 200;

export interface SourceContent {
	/** SHA-256, hex. */
	readonly digest: string;
	readonly bytes: Buffer;
}

interface Known {
	readonly stamp: Buffer;
	readonly digest: string;
}

/** Digests of files, and what their text says (`scanOf`), remembered by device, inode, size, mtime and ctime; read through the shim when they are new. */
export class SourceFiles<Scan> {
	readonly #known = new Lru<string, Known>(30_000);
	readonly #scans = new Lru<string, Scan>(6_000);
	readonly #contents: WeightedLru<string, Buffer>;
	readonly #nowNs: () => bigint;
	readonly #scanOf: (bytes: Buffer) => Scan;

	/** `contentBytes`: how much of the files' text is kept; 0 where it is never asked for. */
	constructor(nowNs: () => bigint, contentBytes: number, scanOf: (bytes: Buffer) => Scan) {
		this.#nowNs = nowNs;
		this.#scanOf = scanOf;
		this.#contents = new WeightedLru(contentBytes);
	}

	/** The remembered digest of the file that has this stamp. */
	known(stamp: Buffer): string | undefined {
		const known = this.#known.get(fileIdentity(stamp));
		return known?.stamp.equals(stamp) === true ? known.digest : undefined;
	}

	/**
	 * Digests of `paths`, whose stamps are `stamps`. Undefined for what is not a readable regular file.
	 * With `needScans` also everything whose scan is not at hand is read.
	 */
	async digests(
		shim: ShimConnection,
		paths: readonly string[],
		stamps: Buffer,
		needScans = false,
	): Promise<(string | undefined)[]> {
		return Promise.all(
			paths.map((path, index) => {
				const stamp = stampAt(stamps, index);
				if (!isRegularFile(stamp)) {
					return undefined;
				}
				const digest = this.known(stamp);
				if (digest !== undefined && !(needScans && this.#scans.get(digest) === undefined)) {
					return digest;
				}
				return this.#read(shim, path, needScans);
			}),
		);
	}

	/** The scan of a file whose digest was asked for with `needScans` a moment ago. */
	scan(digest: string): Scan | undefined {
		return this.#scans.get(digest);
	}

	/** What `paths`, whose stamps are `stamps`, hold. Undefined for what is not a readable regular file. */
	async contents(
		shim: ShimConnection,
		paths: readonly string[],
		stamps: Buffer,
	): Promise<(SourceContent | undefined)[]> {
		return Promise.all(
			paths.map(async (path, index) => {
				const digest = this.known(stampAt(stamps, index));
				const bytes = digest === undefined ? undefined : this.#contents.get(digest);
				if (digest !== undefined && bytes !== undefined) {
					return {digest, bytes};
				}
				const read = await shim.read(path, maxSourceBytes);
				if (read.errno !== 0 || !isRegularFile(read.stamp)) {
					return undefined;
				}
				return this.#keep(read.bytes);
			}),
		);
	}

	#keep(bytes: Buffer): SourceContent {
		const digest = createHash('sha256').update(bytes).digest('hex');
		const kept = Buffer.alloc(bytes.length);
		bytes.copy(kept);
		this.#contents.set(digest, kept, kept.length + bufferWeight);
		return {digest, bytes: kept};
	}

	async #read(shim: ShimConnection, path: string, needScan: boolean): Promise<string | undefined> {
		const startedNs = this.#nowNs();
		const hash = createHash('sha256');
		const chunks: Buffer[] = [];
		const {errno, stamp} = await shim.readPieces(
			path,
			needScan ? maxSourceBytes : maxHashedBytes,
			bytes => {
				hash.update(bytes);
				if (needScan) chunks.push(bytes);
			},
		);
		if (errno !== 0 || !isRegularFile(stamp)) {
			return undefined;
		}
		const digest = hash.digest('hex');
		if (changedNs(stamp) + settledNs < startedNs) {
			this.#known.set(fileIdentity(stamp), {stamp: keepStamps([stamp]), digest});
		}
		if (needScan && this.#scans.get(digest) === undefined) {
			this.#scans.set(
				digest,
				this.#scanOf(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
			);
		}
		return digest;
	}
}
