import type {Roots} from './roots.js';

/** The content of a compressed section; undefined when it can't be had. */
export type Inflate = (compressed: Buffer) => Buffer | undefined;

const compressed = 0x800n;
const zlib = 1;

/**
 * Whether an object file may name a root: it does, or has parts that can't be searched (sections that are not compressed by zlib, code
 * for the linker's own compiler). System V ABI, "Sections"; GNU's .zdebug_* of before.
 */
export function mayNameRoots(roots: Roots, bytes: Buffer, inflate: Inflate): boolean {
	if (isNamedIn(roots, bytes)) return true;
	const sections = sectionsOf(bytes);
	if (sections === undefined) return true;
	return sections.some(({name, flags, content}) => {
		if (/^\.(?:gnu\.(?:debug)?lto_|llvm\.lto|llvmbc)/.test(name)) return true;
		const packed = packedIn(name, flags, content, bytes[4] === 2);
		if (packed === undefined) return false;
		const plain = packed === 'unknown' ? undefined : inflate(packed);
		return plain === undefined || isNamedIn(roots, plain);
	});
}

/** gcc names some functions after a digest of the source's name where it has no other (get_file_function_name). */
const digestOfName = /_GLOBAL__[^\0]*_[0-9A-F]{8}_/;

function isNamedIn({folders, names}: Roots, bytes: Buffer): boolean {
	const isIn = (text: string) => bytes.includes(text, 0, 'latin1');
	return (
		folders.some(isIn) ||
		names.some(isIn) ||
		(bytes.includes('_GLOBAL__') && digestOfName.test(bytes.toString('latin1')))
	);
}

interface Section {
	readonly name: string;
	readonly flags: bigint;
	readonly content: Buffer;
}

function packedIn(
	name: string,
	flags: bigint,
	content: Buffer,
	is64: boolean,
): Buffer | 'unknown' | undefined {
	if ((flags & compressed) !== 0n) {
		const type = content.length < 24 ? undefined : content.readUInt32LE(0);
		return type === zlib ? content.subarray(is64 ? 24 : 12) : 'unknown';
	}
	if (!name.startsWith('.zdebug')) return undefined;
	return content.subarray(0, 4).toString('latin1') === 'ZLIB' ? content.subarray(12) : 'unknown';
}

/** Of a little-endian ELF file; undefined for anything else. */
function sectionsOf(bytes: Buffer): readonly Section[] | undefined {
	const isElf = bytes.length >= 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[5] === 1;
	if (!isElf) return undefined;
	const is64 = bytes[4] === 2;
	try {
		const word = (at: number) =>
			is64 ? bytes.readBigUInt64LE(at) : BigInt(bytes.readUInt32LE(at));
		const table = Number(word(is64 ? 0x28 : 0x20));
		const size = bytes.readUInt16LE(is64 ? 0x3a : 0x2e);
		const first = header(0);
		// With more than fit into the header, the first section has the numbers.
		const count = bytes.readUInt16LE(is64 ? 0x3c : 0x30) || Number(first.size);
		const namesAt = bytes.readUInt16LE(is64 ? 0x3e : 0x32);
		const names = header(namesAt === 0xffff ? first.link : namesAt).offset;
		return Array.from({length: count}, (_, index) => {
			const {type, flags, offset, size: length, name} = header(index);
			const content =
				type === 8 ? bytes.subarray(0, 0) : bytes.subarray(offset, offset + Number(length));
			const end = bytes.indexOf(0, names + name);
			return {name: bytes.toString('latin1', names + name, end), flags, content};
		});

		function header(index: number) {
			const at = table + index * size;
			return {
				name: bytes.readUInt32LE(at),
				type: bytes.readUInt32LE(at + 4),
				flags: word(at + 8),
				offset: Number(word(at + (is64 ? 24 : 16))),
				size: word(at + (is64 ? 32 : 20)),
				link: bytes.readUInt32LE(at + (is64 ? 40 : 24)),
			};
		}
	} catch {
		return undefined;
	}
}
