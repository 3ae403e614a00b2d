/** A file that comes with this package; undefined: it does not. */
export type Shipped = (name: string) => Buffer | undefined;

/** The size that the shipped services give the client's cache. */
export const shippedCacheSizeBytes = 20 * 1024 ** 3;

/** A shipped text for a prefix. */
export function inPrefix(bytes: Buffer, eprefix: string): Buffer {
	if (eprefix === '') return bytes;
	const absolute = /(?<![\w./}])\/(?=(?:etc|usr|var|run|sbin)\/)/g;
	return Buffer.from(bytes.toString('latin1').replace(absolute, `${eprefix}/`), 'latin1');
}
