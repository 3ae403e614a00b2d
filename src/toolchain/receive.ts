import {open} from 'node:fs/promises';
import type {ArchiveCache} from './archive-cache.js';
import {identifyArchive} from './archive-id.js';

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
	const source = new Incoming(stream);
	await archives.put(async path => {
		const file = await open(path, 'wx', 0o600);
		try {
			const received = await write(source, file.writeFile.bind(file), archives.limitBytes);
			if (received === undefined) outcome = 'tooLarge';
			else if (received !== id) outcome = 'mismatch';
			else await file.datasync();
		} finally {
			await file.close();
		}
		return outcome === 'ok' ? id : undefined;
	});
	source.rethrow();
	return outcome;
}

/** Tells a stream that broke from a disk that did: both have errors of the system. */
class Incoming {
	// Not `for await`: leaving it early would end the connection that the answer has to go out on.
	readonly #chunks: AsyncIterator<Uint8Array>;
	#broken: {readonly error: unknown} | undefined;

	constructor(stream: AsyncIterable<Uint8Array>) {
		this.#chunks = stream[Symbol.asyncIterator]();
	}

	/** Undefined at its end; 'broken' once it broke. */
	async next(): Promise<Uint8Array | undefined | 'broken'> {
		try {
			const {done, value} = await this.#chunks.next();
			return done === true ? undefined : value;
		} catch (error) {
			this.#broken = {error};
			return 'broken';
		}
	}

	rethrow(): void {
		if (this.#broken !== undefined) throw this.#broken.error;
	}
}

/** The id of all of it; undefined when it is more than the limit; '' when it broke. */
async function write(
	source: Incoming,
	append: (bytes: Uint8Array) => Promise<void>,
	limitBytes: number,
): Promise<string | undefined> {
	const identity = await identifyArchive();
	let sizeBytes = 0;
	for (;;) {
		const bytes = await source.next();
		if (bytes === undefined) return identity.id();
		if (bytes === 'broken') return '';
		sizeBytes += bytes.length;
		if (sizeBytes > limitBytes) return undefined;
		identity.update(bytes);
		await append(bytes);
	}
}
