import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';
import {createGunzip} from 'node:zlib';
import {systemCode} from '../lib/errors.js';
import {identifyArchive} from './archive-id.js';
import {readTar} from './read-tar.js';
import {invalid} from './toolchain-invalid.js';
import {UnpackTree} from './unpack-tree.js';

export interface UnpackLimits {
	readonly maxBytes: number;
	readonly maxEntries: number;
	/** Unpacked by packed bytes; 64 MiB are always allowed. */
	readonly maxRatio: number;
}

/** A compiler packs to a third; whole distributions of LLVM or Rust stay below 3 GiB. */
export const usualUnpackLimits: UnpackLimits = {
	maxBytes: 4 * 1024 ** 3,
	maxEntries: 200_000,
	maxRatio: 50,
};

const alwaysAllowedBytes = 64 * 1024 ** 2;

export interface UnpackRequest {
	/** A .tar.gz. */
	readonly archive: string;
	/** See ArchiveIdentity. */
	readonly id: string;
	/** New and empty. */
	readonly folder: string;
	readonly limits: UnpackLimits;
}

/** Unpacks and checks the digest on the way. Throws AppError TOOLCHAIN_INVALID; what is in the folder is then for the caller to remove. */
export async function unpack({archive, id, folder, limits}: UnpackRequest): Promise<void> {
	const {size: packedBytes} = await stat(archive);
	const maxBytes = Math.min(
		limits.maxBytes,
		Math.max(alwaysAllowedBytes, limits.maxRatio * packedBytes),
	);
	const identity = await identifyArchive();
	const gunzip = createGunzip({chunkSize: 256 * 1024});
	const tree = new UnpackTree(folder);
	const made = async (chunks: AsyncIterable<Buffer>) => {
		let entries = 0;
		for await (const entry of readTar(upTo(chunks, maxBytes))) {
			entries++;
			if (entries > limits.maxEntries)
				throw invalid(`it has more than ${limits.maxEntries} entries`);
			await tree.make(entry);
		}
	};
	// Of one that stops early the pipeline may only say that it was stopped.
	let first: unknown;
	try {
		await pipeline(
			createReadStream(archive, {highWaterMark: 256 * 1024}),
			async function* (chunks: AsyncIterable<Buffer>) {
				for await (const chunk of chunks) {
					identity.update(chunk);
					yield chunk;
				}
			},
			gunzip,
			chunks =>
				made(chunks).catch(error => {
					first = error;
					throw error;
				}),
		);
	} catch (last) {
		const error = first ?? last;
		if (systemCode(error)?.startsWith('Z_') !== true) throw error;
		throw invalid(`it is no whole gzip file: ${(error as Error).message}`, error);
	}
	if (gunzip.bytesWritten !== packedBytes) throw invalid('something follows its end');
	if (identity.id() !== id) throw invalid('its digest is not its name');
}

async function* upTo(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
	let sizeBytes = 0;
	for await (const chunk of chunks) {
		sizeBytes += chunk.length;
		if (sizeBytes > maxBytes) throw invalid(`it unpacks to more than ${maxBytes} bytes`);
		yield chunk;
	}
}
