const sectionTypes = {symbols: 2, dynamicSymbols: 11};

/**
 * The names of a program's symbols, one string after another, NUL between them (ELF specification, "Sections"). Undefined when it has no
 * symbol table, or is of another kind than this machine's.
 */
export function symbolNames(bytes: Buffer): string | undefined {
	// 64 bits, little-endian.
	if (bytes.length < 64 || bytes[4] !== 2 || bytes[5] !== 1) return undefined;
	try {
		const headersAt = Number(bytes.readBigUInt64LE(0x28));
		const size = bytes.readUInt16LE(0x3a);
		const count = bytes.readUInt16LE(0x3c);
		const section = (index: number) => bytes.subarray(headersAt + index * size);
		const typeOf = (index: number) => section(index).readUInt32LE(4);
		const all = Array.from({length: count}, (_, index) => index);
		if (!all.some(index => typeOf(index) === sectionTypes.symbols)) return undefined;
		return all
			.filter(index => Object.values(sectionTypes).includes(typeOf(index)))
			.map(index => contentOf(bytes, section(section(index).readUInt32LE(0x28))))
			.join('\0');
	} catch (error) {
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}

function contentOf(bytes: Buffer, header: Buffer): string {
	const start = Number(header.readBigUInt64LE(0x18));
	return bytes.toString('latin1', start, start + Number(header.readBigUInt64LE(0x20)));
}
