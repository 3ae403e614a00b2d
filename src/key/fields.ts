import {hash} from 'node:crypto';

/** Part of every key: raised when the meaning of one changes, so that entries of another meaning are never found. */
const keyVersion = 'sccache-gentoo key 1';

/**
 * SHA-256 over named fields, each framed by its length, so that no two different sets of fields run together into the same bytes.
 * Hex.
 */
export function keyOf(
	kind: string,
	fields: readonly (readonly [name: string, values: readonly string[]])[],
): string {
	const parts: string[] = [keyVersion, kind];
	for (const [name, values] of fields) {
		parts.push(name, String(values.length), ...values);
	}
	let text = '';
	for (const part of parts) {
		text += `${part.length}:${part}`;
	}
	return hash('sha256', Buffer.from(text, 'latin1'));
}
