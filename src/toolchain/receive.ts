import {open} from 'node:fs/promises';
import {createBLAKE3} from 'hash-wasm';
import type {ArchiveCache} from './archive-cache.js';

/** 'mismatch': its digest is not the id that it was announced with. */
export type Received = 'ok' | 'mismatch' | 'tooLarge';

/**
 * Takes an archive off a stream into the cache, which it only reaches when its digest is its id. A stream that is not wanted to its end
 * is left as it is: what becomes of it is for the caller. Throws what the stream throws, and AppError TOOLCHAIN_STORE_FAILED.
 */
export async function receive(
	archives: ArchiveCache,
	id: string,
	stream: AsyncIterable<Uint8Array>,
): Promise<Received> {
	let outcome: Received = 'ok';
	await archives.put(async path => {
		const file = await open(path, 'wx', 0o600);
		try {
			const digest = await write(stream, file.writeFile.bind(file), archives.limitBytes);
			if (digest === undefined) outcome = 'tooLarge';
			else if (digest !== id) outcome = 'mismatch';
			else await file.datasync();
		} finally {
			await file.close();
		}
		return outcome === 'ok' ? id : undefined;
	});
	return outcome;
}

/** The digest of all of it; undefined when it is more than the limit. */
async function write(
	stream: AsyncIterable<Uint8Array>,
	append: (bytes: Uint8Array) => Promise<void>,
	limitBytes: number,
): Promise<string | undefined> {
	const hash = await createBLAKE3();
	// Not `for await`: leaving it early would end the connection that the answer has to go out on.
	const chunks = stream[Symbol.asyncIterator]();
	let sizeBytes = 0;
	for (;;) {
		const {done, value} = await chunks.next();
		if (done === true) return hash.digest('hex');
		sizeBytes += value.length;
		if (sizeBytes > limitBytes) return undefined;
		hash.update(value);
		await append(value);
	}
}
