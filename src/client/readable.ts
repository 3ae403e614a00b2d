/** Paths and arguments are bytes in latin1 strings inside; people read UTF-8. */
export function readable(bytes: string): string {
	return Buffer.from(bytes, 'latin1').toString('utf8');
}
