import {createHash} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {Header, Pax} from 'tar';
import {identifyArchive} from '../../src/toolchain/archive-id.js';

/** An entry as a hostile archive may have it: nothing is checked. */
export interface Written {
	readonly path: string;
	readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
	readonly linkpath?: string;
	readonly mode?: number;
	readonly content?: string | Buffer;
}

export function tarOf(entries: readonly Written[]): Buffer {
	const blocks = entries.flatMap(
		({path, type = 'File', linkpath = '', mode = 0o644, content = ''}) => {
			const bytes = Buffer.from(content);
			const block = Buffer.alloc(512);
			const tooLong = new Header({path, type, linkpath, mode, size: bytes.length}).encode(block);
			const padding = Buffer.alloc((512 - (bytes.length % 512)) % 512);
			return [...(tooLong ? [new Pax({path, linkpath}).encode()] : []), block, bytes, padding];
		},
	);
	return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export async function idOf(bytes: Uint8Array): Promise<string> {
	const identity = await identifyArchive();
	identity.update(bytes);
	return identity.id();
}

/** Writes an archive, or any bytes as one, and says its id. */
export async function archiveOf(
	file: string,
	content: readonly Written[] | Buffer,
): Promise<string> {
	const bytes = Buffer.isBuffer(content) ? content : gzipSync(tarOf(content));
	writeFileSync(file, bytes);
	return idOf(bytes);
}

/** Bytes that do not compress, the same each time. */
export function noise(sizeBytes: number, seed: string): Buffer {
	const blocks = Array.from({length: Math.ceil(sizeBytes / 32)}, (_, index) =>
		createHash('sha256').update(`${seed} ${index}`).digest(),
	);
	return Buffer.concat(blocks).subarray(0, sizeBytes);
}
