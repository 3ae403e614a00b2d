/**
 * bincode 1.x with serde's defaults, as Mozilla's sccache-dist speaks it: little-endian, fixed width, lengths and counts in u64,
 * variants in u32, structs as their fields one after another. Bytes behind a value are ignored.
 */

/** Bytes that are no value of the type that was expected. */
export class BincodeError extends Error {
	override readonly name = 'BincodeError';
}

/** How one type crosses the wire. `toJson`: serde's JSON form, for peers that ask for it. */
export interface Codec<Value> {
	encode(writer: Writer, value: Value): void;
	decode(reader: Reader): Value;
	toJson(value: Value): unknown;
}

export type Decoded<Type> = Type extends Codec<infer Value> ? Value : never;

export function encode<Value>(codec: Codec<Value>, value: Value): Buffer {
	const writer = new Writer();
	codec.encode(writer, value);
	return writer.end();
}

/** Throws BincodeError. */
export function decode<Value>(codec: Codec<Value>, bytes: Buffer): Value {
	return codec.decode(new Reader(bytes));
}

class Writer {
	readonly #chunks: Buffer[] = [];

	fixed(sizeBytes: number, fill: (chunk: Buffer) => void): void {
		const chunk = Buffer.alloc(sizeBytes);
		fill(chunk);
		this.#chunks.push(chunk);
	}

	raw(bytes: Buffer): void {
		this.#chunks.push(bytes);
	}

	end(): Buffer {
		return Buffer.concat(this.#chunks);
	}
}

class Reader {
	readonly #bytes: Buffer;
	#offset = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	/** A view into the message. */
	take(sizeBytes: number): Buffer {
		const end = this.#offset + sizeBytes;
		if (end > this.#bytes.length) {
			throw new BincodeError(`the message ends ${end - this.#bytes.length} bytes too early`);
		}
		const taken = this.#bytes.subarray(this.#offset, end);
		this.#offset = end;
		return taken;
	}

	/** A u64 that counts what follows, of which each takes a byte at least. */
	count(): number {
		const count = this.take(8).readBigUInt64LE();
		if (count > BigInt(this.#bytes.length - this.#offset)) {
			throw new BincodeError(`a count of ${count} is more than the message holds`);
		}
		return Number(count);
	}
}

const identity = (value: unknown): unknown => value;

function number(
	sizeBytes: number,
	write: (chunk: Buffer, value: number) => void,
	read: (chunk: Buffer) => number,
): Codec<number> {
	return {
		encode: (writer, value) => writer.fixed(sizeBytes, chunk => write(chunk, value)),
		decode: reader => read(reader.take(sizeBytes)),
		toJson: identity,
	};
}

export const u8 = number(
	1,
	(chunk, value) => chunk.writeUInt8(value),
	chunk => chunk.readUInt8(),
);
export const u16 = number(
	2,
	(chunk, value) => chunk.writeUInt16LE(value),
	chunk => chunk.readUInt16LE(),
);
export const u32 = number(
	4,
	(chunk, value) => chunk.writeUInt32LE(value),
	chunk => chunk.readUInt32LE(),
);
export const i32 = number(
	4,
	(chunk, value) => chunk.writeInt32LE(value),
	chunk => chunk.readInt32LE(),
);

/** A u64 that fits a number: ids, counts and sizes. */
export const u64 = number(
	8,
	(chunk, value) => chunk.writeBigUInt64LE(BigInt(value)),
	chunk => {
		const value = chunk.readBigUInt64LE();
		if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
			throw new BincodeError(`${value} is too large a number`);
		}
		return Number(value);
	},
);

/** All of a u64: nonces. */
export const wideU64: Codec<bigint> = {
	encode: (writer, value) => writer.fixed(8, chunk => chunk.writeBigUInt64LE(value)),
	decode: reader => reader.take(8).readBigUInt64LE(),
	toJson: value => Number(value),
};

export const bool: Codec<boolean> = {
	encode: (writer, value) => writer.fixed(1, chunk => chunk.writeUInt8(value ? 1 : 0)),
	decode: reader => {
		const value = reader.take(1).readUInt8();
		if (value > 1) {
			throw new BincodeError(`${value} is no bool`);
		}
		return value === 1;
	},
	toJson: identity,
};

/** Vec<u8>. Decoded as a view into the message. */
export const bytes: Codec<Buffer> = {
	encode: (writer, value) => {
		u64.encode(writer, value.length);
		writer.raw(value);
	},
	decode: reader => reader.take(reader.count()),
	toJson: value => [...value],
};

/** String: UTF-8, and nothing else. */
export const text: Codec<string> = {
	encode: (writer, value) => bytes.encode(writer, Buffer.from(value, 'utf8')),
	decode: reader => {
		const taken = bytes.decode(reader);
		const value = taken.toString('utf8');
		if (value.includes('\uFFFD') && !Buffer.from(value, 'utf8').equals(taken)) {
			throw new BincodeError('a text is not UTF-8');
		}
		return value;
	},
	toJson: identity,
};

/** An array of fixed length: no count before it. */
export function fixedBytes(sizeBytes: number): Codec<Buffer> {
	return {
		encode: (writer, value) => {
			if (value.length !== sizeBytes) {
				throw new BincodeError(`${value.length} bytes where ${sizeBytes} belong`);
			}
			writer.raw(value);
		},
		decode: reader => reader.take(sizeBytes),
		toJson: value => [...value],
	};
}

export function list<Item>(item: Codec<Item>): Codec<readonly Item[]> {
	return {
		encode: (writer, values) => {
			u64.encode(writer, values.length);
			for (const value of values) {
				item.encode(writer, value);
			}
		},
		decode: reader => {
			// Not made for as many as are announced: items may take more than the byte that is certain.
			const values: Item[] = [];
			for (let left = reader.count(); left > 0; left--) {
				values.push(item.decode(reader));
			}
			return values;
		},
		toJson: values => values.map(value => item.toJson(value)),
	};
}

export function pair<First, Second>(
	first: Codec<First>,
	second: Codec<Second>,
): Codec<readonly [First, Second]> {
	return {
		encode: (writer, [one, two]) => {
			first.encode(writer, one);
			second.encode(writer, two);
		},
		decode: reader => [first.decode(reader), second.decode(reader)],
		toJson: ([one, two]) => [first.toJson(one), second.toJson(two)],
	};
}

type Fields = Readonly<Record<string, Codec<unknown>>>;
type Struct<F> = {readonly [Name in keyof F]: Decoded<F[Name]>};

/** Fields in the order of the wire; their names in JSON are in snake_case. */
export function struct<F extends Fields>(fields: F): Codec<Struct<F>> {
	const entries = Object.entries(fields) as [string, Codec<unknown>][];
	type Loose = Record<string, unknown>;
	return {
		encode: (writer, value) => {
			for (const [name, codec] of entries) {
				codec.encode(writer, (value as Loose)[name]);
			}
		},
		decode: reader =>
			Object.fromEntries(entries.map(([name, codec]) => [name, codec.decode(reader)])) as Struct<F>,
		toJson: value =>
			Object.fromEntries(
				entries.map(([name, codec]) => [snakeCase(name), codec.toJson((value as Loose)[name])]),
			),
	};
}

const snakeCase = (name: string): string =>
	name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

/** A variant without content. */
export const unit: Codec<undefined> = {
	encode: () => {},
	decode: () => undefined,
	toJson: () => undefined,
};

type Variants<V> = {
	readonly [Kind in keyof V]: Decoded<V[Kind]> extends undefined
		? {readonly kind: Kind}
		: {readonly kind: Kind; readonly value: Decoded<V[Kind]>};
}[keyof V];

/** An enum: its variants in the order of their numbers. In JSON: the name alone, or one key, the name, with the content. */
export function variants<V extends Fields>(all: V): Codec<Variants<V>> {
	const entries = Object.entries(all) as [string, Codec<unknown>][];
	type Loose = {readonly kind: string; readonly value?: unknown};
	const codecOf = (kind: string) => (all as Record<string, Codec<unknown>>)[kind] as Codec<unknown>;
	return {
		encode: (writer, value) => {
			const {kind, value: content} = value as unknown as Loose;
			u32.encode(
				writer,
				entries.findIndex(([name]) => name === kind),
			);
			codecOf(kind).encode(writer, content);
		},
		decode: reader => {
			const number = u32.decode(reader);
			const entry = entries[number];
			if (entry === undefined) {
				throw new BincodeError(`there is no variant ${number}`);
			}
			const [kind, codec] = entry;
			const content = codec.decode(reader);
			return (content === undefined ? {kind} : {kind, value: content}) as Variants<V>;
		},
		toJson: value => {
			const {kind, value: content} = value as unknown as Loose;
			const json = codecOf(kind).toJson(content);
			return json === undefined ? kind : {[kind]: json};
		},
	};
}
