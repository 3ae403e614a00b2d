import {availableParallelism} from 'node:os';
import {promisify} from 'node:util';
import {constants, crc32, deflateRaw, type ZlibOptions} from 'node:zlib';

const deflate = promisify<Buffer, ZlibOptions, Buffer>(deflateRaw);

/** Of Node's four threads one is left to everybody else's files. */
const lanes = Math.max(1, Math.min(3, availableParallelism()));
const windowBytes = 32 * 1024;

/** RFC 1952: no name, no time, "unknown" as the system. */
const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** RFC 1951: an empty last block. */
const lastBlock = Buffer.from([3, 0]);

/**
 * Compresses pieces of up to a megabyte on several threads, into one gzip member: each piece ends on a byte (Z_SYNC_FLUSH) and knows
 * the 32 KiB before it. More members would be simpler, but upstream's server reads only the first.
 */
export async function* gzip(
	pieces: AsyncIterable<Buffer>,
	level: number,
): AsyncGenerator<Buffer, void> {
	yield head;
	const running: Promise<Buffer>[] = [];
	let crc = 0;
	let sizeBytes = 0;
	let before: Buffer | undefined;
	for await (const piece of pieces) {
		const part = deflate(piece, {
			level,
			finishFlush: constants.Z_SYNC_FLUSH,
			chunkSize: piece.length + 1024,
			...(before === undefined ? {} : {dictionary: before}),
		});
		part.catch(() => {});
		running.push(part);
		crc = crc32(piece, crc);
		sizeBytes += piece.length;
		before = piece.subarray(-windowBytes);
		if (running.length > lanes) yield (await running.shift()) as Buffer;
	}
	for (const part of running) yield await part;
	const tail = Buffer.alloc(8);
	tail.writeUInt32LE(crc, 0);
	tail.writeUInt32LE(sizeBytes % 2 ** 32, 4);
	yield Buffer.concat([lastBlock, tail]);
}
