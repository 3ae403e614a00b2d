import {createBLAKE3} from 'hash-wasm';

/**
 * The id of an archive: BLAKE3 of the file in hex, but each byte's low digit first. So upstream writes all its digests, and its clients
 * and servers take no toolchain under another name.
 */
export interface ArchiveIdentity {
	update(bytes: Uint8Array): void;
	/** 64 digits, once. */
	id(): string;
}

export async function identifyArchive(): Promise<ArchiveIdentity> {
	const hash = await createBLAKE3();
	return {
		update: bytes => void hash.update(bytes),
		id: () => hash.digest('hex').replace(/(.)(.)/g, '$2$1'),
	};
}
