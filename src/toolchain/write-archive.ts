import {type FileHandle, open, rm} from 'node:fs/promises';
import {identifyArchive} from './archive-id.js';
import {type ArchiveEntry, type FileVersion, unpackable} from './archive-tree.js';
import {gzip} from './parallel-gzip.js';
import {tarBlockBytes, tarHeader, tarPadding} from './tar-header.js';

export interface WrittenArchive {
	/** See ArchiveIdentity. */
	readonly id: string;
	readonly sizeBytes: number;
}

/** Of the files that are packed. */
export interface Progress {
	readonly doneBytes: number;
	readonly totalBytes: number;
}

/** Called for each piece. */
export type OnProgress = (progress: Progress) => void;

type FileEntry = Extract<ArchiveEntry, {kind: 'file'}>;

const pieceBytes = 1024 ** 2;
/** Twice as fast as the default, and an eighth more bytes. */
const level = 1;

/**
 * Writes a new .tar.gz of the entries, read from the places they name. The bytes depend on nothing but the entries, the files' content,
 * and zlib. Throws AppError TOOLCHAIN_UNPACKABLE when a file changes meanwhile; then nothing is left.
 */
export async function writeArchive(
	entries: readonly ArchiveEntry[],
	file: string,
	onProgress?: OnProgress,
): Promise<WrittenArchive> {
	const output = await open(file, 'wx', 0o644);
	try {
		const identity = await identifyArchive();
		let sizeBytes = 0;
		for await (const chunk of gzip(counted(tarPieces(entries), entries, onProgress), level)) {
			identity.update(chunk);
			sizeBytes += chunk.length;
			await output.writeFile(chunk);
		}
		await output.datasync();
		return {id: identity.id(), sizeBytes};
	} catch (error) {
		await rm(file, {force: true});
		throw error;
	} finally {
		await output.close();
	}
}

/** Tells how much of them has been read. */
async function* counted(
	pieces: AsyncIterable<Buffer>,
	entries: readonly ArchiveEntry[],
	onProgress: OnProgress = () => {},
): AsyncGenerator<Buffer, void> {
	const totalBytes = entries.reduce(
		(sum, entry) => sum + (entry.kind === 'file' ? entry.version.sizeBytes : 0),
		0,
	);
	let readBytes = 0;
	for await (const piece of pieces) {
		yield piece;
		readBytes += piece.length;
		// Headers are no files.
		onProgress({doneBytes: Math.min(readBytes, totalBytes), totalBytes});
	}
}

/** The archive in pieces of one size, each its own memory: whoever takes one may keep it. */
async function* tarPieces(entries: readonly ArchiveEntry[]): AsyncGenerator<Buffer, void> {
	let piece = Buffer.allocUnsafe(pieceBytes);
	let used = 0;
	for (const source of sources(entries)) {
		try {
			for (let done = false; !done; ) {
				const read = await source.read(piece, used);
				used += read;
				done = read === 0;
				if (used === pieceBytes) {
					yield piece;
					piece = Buffer.allocUnsafe(pieceBytes);
					used = 0;
				}
			}
		} finally {
			await source.close();
		}
	}
	if (used > 0) yield piece.subarray(0, used);
}

/** Fills a buffer from an offset; 0: that was all. */
interface Source {
	read(into: Buffer, offset: number): Promise<number>;
	close(): Promise<void>;
}

function* sources(entries: readonly ArchiveEntry[]): Generator<Source, void> {
	for (const entry of entries) {
		yield bytesSource(tarHeader(entry));
		if (entry.kind === 'file') {
			yield fileSource(entry);
			yield bytesSource(Buffer.alloc(tarPadding(entry.version.sizeBytes)));
		}
	}
	yield bytesSource(Buffer.alloc(2 * tarBlockBytes));
}

function bytesSource(bytes: Buffer): Source {
	let rest = bytes;
	return {
		read: async (into, offset) => {
			const copied = rest.copy(into, offset);
			rest = rest.subarray(copied);
			return copied;
		},
		close: async () => {},
	};
}

function fileSource({path, version}: FileEntry): Source {
	let file: FileHandle | undefined;
	let position = 0;
	return {
		read: async (into, offset) => {
			file ??= await reading(path, open(path, 'r'));
			const wanted = Math.min(into.length - offset, version.sizeBytes - position);
			const {bytesRead} =
				wanted === 0
					? {bytesRead: 0}
					: await reading(path, file.read(into, offset, wanted, position));
			position += bytesRead;
			if (bytesRead === 0 && !(await unchanged(file, version, position)))
				throw unpackable(`${path} changed while it was packed`);
			return bytesRead;
		},
		close: async () => file?.close(),
	};
}

async function reading<Result>(path: string, act: Promise<Result>): Promise<Result> {
	try {
		return await act;
	} catch (error) {
		throw unpackable(`${path} can't be read: ${(error as Error).message}`, error);
	}
}

async function unchanged(
	file: FileHandle,
	version: FileVersion,
	readBytes: number,
): Promise<boolean> {
	const stat = await file.stat({bigint: true});
	return (
		readBytes === version.sizeBytes &&
		stat.ino === version.ino &&
		stat.size === BigInt(version.sizeBytes) &&
		stat.mtimeNs === version.mtimeNs
	);
}
