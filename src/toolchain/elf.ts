/** What an ELF file says of the libraries it is loaded with (System V ABI, chapters 4 and 5). */

export interface ElfNeeds {
	readonly bits: 32 | 64;
	readonly machine: number;
	/** PT_INTERP; absent in a static program or a library. */
	readonly interpreter: string | undefined;
	readonly needed: readonly string[];
	readonly rpath: readonly string[];
	readonly runpath: readonly string[];
}

const programInterpreter = 3;
const programDynamic = 2;
const programLoad = 1;
const dynamicNeeded = 1;
const dynamicStringTable = 5;
const dynamicRpath = 15;
const dynamicRunpath = 29;

interface Segment {
	readonly type: number;
	readonly offset: number;
	readonly address: number;
	readonly sizeBytes: number;
}

/** Bytes of a file from an offset on: as many as asked for, fewer only at its end. */
export type ReadBytes = (offset: number, length: number) => Buffer;

/** Enough for any name in a string table; a longer one is read in steps. */
const textStepBytes = 256;

/** Reads fields of either word size and byte order. Throws RangeError beyond the end. */
class ElfView {
	readonly wide: boolean;
	readonly little: boolean;
	readonly #read: ReadBytes;

	constructor(read: ReadBytes) {
		this.#read = read;
		const ident = read(0, 16);
		this.wide = ident[4] === 2;
		this.little = ident[5] === 1;
	}

	half(offset: number): number {
		const bytes = this.#read(offset, 2);
		return this.little ? bytes.readUInt16LE() : bytes.readUInt16BE();
	}

	word(offset: number): number {
		const bytes = this.#read(offset, 4);
		return this.little ? bytes.readUInt32LE() : bytes.readUInt32BE();
	}

	address(offset: number): number {
		if (!this.wide) {
			return this.word(offset);
		}
		const bytes = this.#read(offset, 8);
		return Number(this.little ? bytes.readBigUInt64LE() : bytes.readBigUInt64BE());
	}

	text(offset: number): string {
		let text = '';
		for (;;) {
			const bytes = this.#read(offset + text.length, textStepBytes);
			const end = bytes.indexOf(0);
			text += bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
			if (end !== -1 || bytes.length < textStepBytes) return text;
		}
	}
}

function isElf(start: Buffer): boolean {
	return start.length >= 52 && start.readUInt32BE(0) === 0x7f454c46;
}

function segments(view: ElfView): Segment[] {
	const table = view.address(view.wide ? 32 : 28);
	const entryBytes = view.half(view.wide ? 54 : 42);
	const count = view.half(view.wide ? 56 : 44);
	return Array.from({length: count}, (_, index) => {
		const at = table + index * entryBytes;
		return {
			type: view.word(at),
			offset: view.address(at + (view.wide ? 8 : 4)),
			address: view.address(at + (view.wide ? 16 : 8)),
			sizeBytes: view.address(at + (view.wide ? 32 : 16)),
		};
	});
}

function dynamicEntries(view: ElfView, dynamic: Segment): [tag: number, value: number][] {
	const wordBytes = view.wide ? 8 : 4;
	const entries: [number, number][] = [];
	for (let at = dynamic.offset; at < dynamic.offset + dynamic.sizeBytes; at += 2 * wordBytes) {
		const tag = view.address(at);
		if (tag === 0) {
			break;
		}
		entries.push([tag, view.address(at + wordBytes)]);
	}
	return entries;
}

/** A virtual address as an offset into the file. */
function fileOffset(all: readonly Segment[], address: number): number {
	const load = all.find(
		segment =>
			segment.type === programLoad &&
			address >= segment.address &&
			address < segment.address + segment.sizeBytes,
	);
	return load === undefined ? address : address - load.address + load.offset;
}

/** Undefined for what is not ELF. Throws RangeError for one that is cut short. */
export function elfNeeds(read: ReadBytes): ElfNeeds | undefined {
	if (!isElf(read(0, 64))) {
		return undefined;
	}
	const view = new ElfView(read);
	const all = segments(view);
	const interpreter = all.find(segment => segment.type === programInterpreter);
	const dynamic = all.find(segment => segment.type === programDynamic);
	const entries = dynamic === undefined ? [] : dynamicEntries(view, dynamic);
	const table = entries.find(([tag]) => tag === dynamicStringTable);
	const strings = table === undefined ? 0 : fileOffset(all, table[1]);
	const texts = (wanted: number): string[] =>
		entries.filter(([tag]) => tag === wanted).map(([, value]) => view.text(strings + value));
	const paths = (wanted: number): string[] =>
		texts(wanted)
			.flatMap(text => text.split(':'))
			.filter(text => text !== '');
	return {
		bits: view.wide ? 64 : 32,
		machine: view.half(18),
		interpreter: interpreter === undefined ? undefined : view.text(interpreter.offset),
		needed: texts(dynamicNeeded),
		rpath: paths(dynamicRpath),
		runpath: paths(dynamicRunpath),
	};
}
