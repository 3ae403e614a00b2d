import {randomBytes} from 'node:crypto';
import {
	closeSync,
	fstatSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	renameSync,
	rmSync,
	statSync,
} from 'node:fs';
import {join} from 'node:path';
import {stageFile} from '../lib/atomic-file.js';
import {systemCode} from '../lib/errors.js';
import {makeFolder} from '../lib/make-folder.js';
import {decodeFacts, decodeHeader} from './blob.js';
import {isKey} from './key-bytes.js';
import type {EntryFacts} from './store.js';

/** Blobs lie in as many folders as a byte has values. */
export const shards = 256;

const folderMode = 0o700;
const fileMode = 0o600;
/** More than any header takes. */
const headBytes = 64 << 10;

export interface BlobSummary {
	readonly facts: EntryFacts;
	readonly sizeBytes: number;
	readonly modifiedMs: number;
}

/** The blobs of a cache: `blobs/<first byte>/<result key>`. */
export class BlobFiles {
	readonly #blobs: string;
	readonly #temp: string;

	constructor(dir: string) {
		this.#blobs = join(dir, 'blobs');
		this.#temp = join(dir, 'temp');
	}

	/** Undefined when it is not there or can't be read. */
	read(resultKey: string): Buffer | undefined {
		try {
			return readFileSync(this.#path(resultKey));
		} catch (error) {
			if (systemCode(error) === undefined) throw error;
			return undefined;
		}
	}

	/** Tells one blob from the next under the same key. */
	identity(resultKey: string): string | undefined {
		const stats = statSync(this.#path(resultKey), {throwIfNoEntry: false});
		return stats && `${stats.ino}:${stats.mtimeMs}`;
	}

	/** Writes a blob beside the others: `place` makes it one of them. */
	stage(chunks: readonly Buffer[]): string {
		const staged = join(this.#temp, randomBytes(12).toString('hex'));
		madeOnDemand(this.#temp, () => stageFile(staged, chunks, fileMode));
		return staged;
	}

	place(staged: string, resultKey: string): void {
		const path = this.#path(resultKey);
		madeOnDemand(join(path, '..'), () => renameSync(staged, path));
	}

	discard(staged: string): void {
		rmSync(staged, {force: true});
	}

	remove(resultKey: string): void {
		rmSync(this.#path(resultKey), {force: true});
	}

	/** The keys of all blobs in one folder. */
	keys(shard: number): readonly string[] {
		const prefix = prefixOf(shard);
		return namesIn(this.#shard(prefix)).filter(name => isKey(name) && name.startsWith(prefix));
	}

	/** What else lies in one folder. */
	strays(shard: number): readonly string[] {
		const prefix = prefixOf(shard);
		return namesIn(this.#shard(prefix)).filter(name => !(isKey(name) && name.startsWith(prefix)));
	}

	removeStray(shard: number, name: string): void {
		rmSync(join(this.#shard(prefixOf(shard)), name), {recursive: true, force: true});
	}

	/** What a blob knows of itself, without its members; undefined when it is damaged or gone. */
	summary(resultKey: string): BlobSummary | undefined {
		let file: number;
		try {
			file = openSync(this.#path(resultKey), 'r');
		} catch (error) {
			if (systemCode(error) === undefined) throw error;
			return undefined;
		}
		try {
			const {size, mtimeMs} = fstatSync(file);
			const found = decodeHeader(readAt(file, 0, Math.min(size, headBytes)));
			if (found?.header.resultKey !== resultKey || found.blobBytes !== size) return undefined;
			const {header, factsAt} = found;
			const facts = decodeFacts(readAt(file, factsAt, header.factsSize), header);
			return facts && {facts, sizeBytes: size, modifiedMs: Math.floor(mtimeMs)};
		} finally {
			closeSync(file);
		}
	}

	/** Staged blobs that nobody is going to place any more. */
	removeStagedBefore(ms: number): void {
		for (const name of namesIn(this.#temp)) {
			const path = join(this.#temp, name);
			const stats = statSync(path, {throwIfNoEntry: false});
			if (stats !== undefined && stats.mtimeMs < ms) rmSync(path, {force: true});
		}
	}

	#shard(name: string): string {
		return join(this.#blobs, name);
	}

	#path(resultKey: string): string {
		return join(this.#shard(resultKey.slice(0, 2)), resultKey);
	}
}

const prefixOf = (shard: number): string => shard.toString(16).padStart(2, '0');

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return [];
		throw error;
	}
}

function readAt(file: number, position: number, length: number): Buffer {
	const bytes = Buffer.alloc(length);
	return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}

/** The folder is nearly always there. */
function madeOnDemand(folder: string, act: () => void): void {
	try {
		act();
	} catch (error) {
		if (systemCode(error) !== 'ENOENT') throw error;
		makeFolder(folder, folderMode);
		act();
	}
}
