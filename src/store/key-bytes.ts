export function isKey(text: string): boolean {
	return /^(?:[0-9a-f]{2}){2,64}$/.test(text);
}

/** Keys are hex for the rest of the program and bytes on disk. */
export function keyBytes(key: string): Buffer {
	if (!isKey(key)) throw new Error(`not a key: ${JSON.stringify(key)}`);
	return Buffer.from(key, 'hex');
}

/** A digest is kept in half its length; what does not look like one is kept as it is. */
export function packDigest(digest: string): Buffer | string {
	return /^[0-9a-f]{64}$/.test(digest) ? Buffer.from(digest, 'hex') : digest;
}

export function unpackDigest(digest: Buffer | string): string {
	return typeof digest === 'string' ? digest : digest.toString('hex');
}
