/** Ids as variable-length differences: neighbours in a list were mostly stored one after another, and take a byte each. */

export function packIds(ids: readonly number[]): Buffer {
	const bytes: number[] = [];
	let previous = 0;
	for (const id of ids) {
		const difference = id - previous;
		previous = id;
		let rest = difference < 0 ? -difference * 2 - 1 : difference * 2;
		while (rest >= 0x80) {
			bytes.push((rest % 0x80) | 0x80);
			rest = Math.floor(rest / 0x80);
		}
		bytes.push(rest);
	}
	return Buffer.from(bytes);
}

export function unpackIds(bytes: Buffer): number[] {
	const ids: number[] = [];
	let id = 0;
	let value = 0;
	let scale = 1;
	for (const byte of bytes) {
		value += (byte & 0x7f) * scale;
		if (byte >= 0x80) {
			scale *= 0x80;
			continue;
		}
		id += value % 2 === 1 ? -(value + 1) / 2 : value / 2;
		ids.push(id);
		value = 0;
		scale = 1;
	}
	return ids;
}
