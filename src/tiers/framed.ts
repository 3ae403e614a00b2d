import type {z} from 'zod';

/** The body of an object: length of a header, the header (JSON), then bytes whose lengths the header tells. */

const lengthBytes = 4;

export function frame(header: object, parts: readonly Buffer[]): readonly Buffer[] {
	const json = Buffer.from(JSON.stringify(header));
	const length = Buffer.alloc(lengthBytes);
	length.writeUInt32LE(json.length);
	return [length, json, ...parts];
}

/** The header, and where the bytes begin; undefined for what is no such body. */
export function unframe<Header>(
	schema: z.ZodType<Header>,
	body: Buffer,
): {readonly header: Header; readonly from: number} | undefined {
	if (body.length < lengthBytes) return undefined;
	const from = lengthBytes + body.readUInt32LE();
	if (from > body.length) return undefined;
	try {
		const {data} = schema.safeParse(JSON.parse(body.toString('utf8', lengthBytes, from)));
		return data === undefined ? undefined : {header: data, from};
	} catch {
		return undefined;
	}
}
