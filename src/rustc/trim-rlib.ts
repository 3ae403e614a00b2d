const magic = '!<arch>\n';
const headerBytes = 60;

/**
 * A Rust library with its metadata alone: all that another library's compile reads of it (an ar archive, whose member `lib.rmeta` it is).
 * Undefined for what is no such archive.
 */
export function trimRlib(bytes: Buffer): Buffer | undefined {
	if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined;
	for (let at = magic.length; at + headerBytes <= bytes.length; ) {
		const name = bytes.toString('latin1', at, at + 16).trimEnd();
		const sizeBytes = Number.parseInt(bytes.toString('latin1', at + 48, at + 58), 10);
		if (Number.isNaN(sizeBytes)) return undefined;
		const end = at + headerBytes + sizeBytes;
		if (name === 'lib.rmeta/' || name === 'lib.rmeta') {
			const padding = sizeBytes % 2 === 0 ? '' : '\n';
			return Buffer.concat([Buffer.from(magic), bytes.subarray(at, end), Buffer.from(padding)]);
		}
		at = end + (sizeBytes % 2);
	}
	return undefined;
}
