import {AppError} from '../lib/errors.js';
import {BincodeError, type Codec, decode, encode} from '../protocol/dist/bincode.js';
import type {Answer, Request} from './route.js';

const bincodeType = 'application/octet-stream';
const jsonType = 'application/json';

/** In bincode, or in serde's JSON for those who accept that alone, like `curl -H 'Accept: application/json'`. */
export function valueAnswer<Value>(
	request: Pick<Request, 'headers'>,
	codec: Codec<Value>,
	value: Value,
	headers: Readonly<Record<string, string>> = {},
): Answer {
	const accept = request.headers.accept;
	return accept?.includes(jsonType) && !accept.includes(bincodeType)
		? jsonAnswer(codec.toJson(value), 200, headers)
		: {
				status: 200,
				headers: {...headers, 'content-type': bincodeType},
				body: encode(codec, value),
			};
}

export function jsonAnswer(
	value: unknown,
	status = 200,
	headers: Readonly<Record<string, string>> = {},
): Answer {
	return {
		status,
		headers: {...headers, 'content-type': jsonType},
		body: Buffer.from(JSON.stringify(value)),
	};
}

/** The body as a value of v1. Throws AppError REQUEST_MALFORMED, or what reading throws. */
export async function readValue<Value>(
	{headers, body}: Pick<Request, 'headers' | 'body'>,
	codec: Codec<Value>,
	limitBytes: number,
): Promise<Value> {
	if (!headers['content-type']?.startsWith(bincodeType)) {
		throw new AppError('REQUEST_MALFORMED', `the body must be ${bincodeType}`);
	}
	return decodeBody(codec, await body.read(limitBytes));
}

/** Throws AppError REQUEST_MALFORMED. */
export function decodeBody<Value>(codec: Codec<Value>, bytes: Buffer): Value {
	try {
		return decode(codec, bytes);
	} catch (error) {
		if (!(error instanceof BincodeError)) throw error;
		throw new AppError('REQUEST_MALFORMED', `the body can't be read: ${error.message}`);
	}
}

/** The body as JSON of the form that `parse` takes. Throws AppError REQUEST_MALFORMED, or what reading throws. */
export async function readJson<Value>(
	{body}: Pick<Request, 'body'>,
	parse: (value: unknown) => Value,
	limitBytes: number,
): Promise<Value> {
	const bytes = await body.read(limitBytes);
	try {
		return parse(JSON.parse(bytes.toString('utf8')));
	} catch {
		throw new AppError('REQUEST_MALFORMED', 'the body is not the JSON that belongs here');
	}
}
