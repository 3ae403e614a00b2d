import {createHmac, timingSafeEqual} from 'node:crypto';
import {promisify} from 'node:util';
import {deflateRaw, inflateRaw, inflateRawSync} from 'node:zlib';
import {createBLAKE3, type IHasher} from 'hash-wasm';
import {maxObjectBytes} from './tier.js';

/**
 * An object of a shared store: a header of fixed form, and the body, deflated where that helps.
 *
 *     0  magic and version   8
 *     8  kind                1   what the body is
 *     9  flags               1   1: deflated, 2: signed
 *    10  zero                2
 *    12  body, deflated      4   bytes, little-endian, like the next
 *    16  body, inflated      4
 *    20  key                32   under which it was stored
 *    52  BLAKE3             32   of everything before, and the body
 *    84  HMAC-SHA-256       32   of everything before, and the body; zeros without a signing key
 *   116  body
 */

const magic = Buffer.from('sgtier\0\x02', 'latin1');
const at = {
	kind: 8,
	flags: 9,
	zero: 10,
	packed: 12,
	plain: 16,
	key: 20,
	digest: 52,
	mac: 84,
} as const;
export const headerBytes = 116;
const flags = {deflated: 1, signed: 2} as const;
/** As much as the outputs of one compile may be, and its facts. */
const maxPlainBytes = 576 * 1024 * 1024;
/** Deflate's fastest: three quarters of what its best saves, at a tenth of the time. */
const level = 1;
/** Smaller bodies are not worth it. */
const leastDeflated = 256;

const objectKinds = {entry: 1, manifests: 2} as const;
export type ObjectKind = keyof typeof objectKinds;

/** Why an object is not taken. */
export type Rejection =
	/** Not an object of ours, or of another version of it. */
	| 'foreign'
	/** Cut off, or otherwise not what was written. */
	| 'damaged'
	/** Stored under another key, or for another purpose. */
	| 'misplaced'
	| 'too large'
	| 'unsigned'
	/** Not by this farm's key. */
	| 'wrongly signed';

export type Opened =
	| {readonly kind: 'sound'; readonly body: Buffer}
	| {readonly kind: 'rejected'; readonly why: Rejection};

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);
/** Sooner done than given to another thread. */
const atOnceBytes = 128 * 1024;

/** Seals objects, and opens those that are what they should be. */
export class Seal {
	readonly #signingKey: string | undefined;
	readonly #hasher: Promise<IHasher> = createBLAKE3();

	constructor(signingKey: string | undefined) {
		this.#signingKey = signingKey;
	}

	/** Undefined: too large to be shared. */
	async close(
		kind: ObjectKind,
		key: string,
		chunks: readonly Buffer[],
	): Promise<Buffer | undefined> {
		const plain = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
		if (plain.length > maxPlainBytes) return undefined;
		const smaller = plain.length < leastDeflated ? plain : await deflate(plain, {level});
		const isDeflated = smaller.length < plain.length;
		const body = isDeflated ? smaller : plain;
		if (headerBytes + body.length > maxObjectBytes) return undefined;
		const object = Buffer.alloc(headerBytes + body.length);
		magic.copy(object);
		const isSigned = this.#signingKey !== undefined;
		object[at.kind] = objectKinds[kind];
		object[at.flags] = (isDeflated ? flags.deflated : 0) | (isSigned ? flags.signed : 0);
		object.writeUInt32LE(body.length, at.packed);
		object.writeUInt32LE(plain.length, at.plain);
		object.write(key, at.key, 'hex');
		body.copy(object, headerBytes);
		(await this.#digest(object)).copy(object, at.digest);
		this.#mac(object)?.copy(object, at.mac);
		return object;
	}

	/** Never throws: an object comes from elsewhere, and may be anything. */
	async open(kind: ObjectKind, key: string, object: Buffer): Promise<Opened> {
		const why = whyUnfit(kind, key, object);
		if (why !== undefined) return rejected(why);
		const body = object.subarray(headerBytes);
		if (!(await this.#digest(object)).equals(object.subarray(at.digest, at.mac))) {
			return rejected('damaged');
		}
		const forged = this.#whyNotOurs(object);
		if (forged !== undefined) return rejected(forged);
		const plainBytes = object.readUInt32LE(at.plain);
		const plain = isFlagged(object, flags.deflated) ? await inflated(body, plainBytes) : body;
		return plain?.length === plainBytes ? {kind: 'sound', body: plain} : rejected('damaged');
	}

	async #digest(object: Buffer): Promise<Buffer> {
		const hasher = await this.#hasher;
		hasher.init();
		hasher.update(object.subarray(0, at.digest));
		hasher.update(object.subarray(headerBytes));
		return Buffer.from(hasher.digest('binary'));
	}

	#mac(object: Buffer): Buffer | undefined {
		if (this.#signingKey === undefined) return undefined;
		return createHmac('sha256', this.#signingKey)
			.update(object.subarray(0, at.mac))
			.update(object.subarray(headerBytes))
			.digest();
	}

	#whyNotOurs(object: Buffer): Rejection | undefined {
		const mac = this.#mac(object);
		if (mac === undefined) return undefined;
		if (!isFlagged(object, flags.signed)) return 'unsigned';
		return timingSafeEqual(mac, object.subarray(at.mac, headerBytes))
			? undefined
			: 'wrongly signed';
	}
}

function whyUnfit(kind: ObjectKind, key: string, object: Buffer): Rejection | undefined {
	if (object.length < magic.length || !object.subarray(0, magic.length).equals(magic)) {
		return 'foreign';
	}
	if (object.length < headerBytes) return 'damaged';
	if (object.length > maxObjectBytes || object.readUInt32LE(at.plain) > maxPlainBytes) {
		return 'too large';
	}
	if (object.readUInt32LE(at.packed) !== object.length - headerBytes) return 'damaged';
	const isElsewhere =
		object[at.kind] !== objectKinds[kind] || object.toString('hex', at.key, at.digest) !== key;
	return isElsewhere ? 'misplaced' : undefined;
}

/** Never more than it should be; undefined when it is more, or can't be inflated. */
async function inflated(body: Buffer, plainBytes: number): Promise<Buffer | undefined> {
	const options = {maxOutputLength: Math.max(1, plainBytes)};
	try {
		return plainBytes <= atOnceBytes ? inflateRawSync(body, options) : await inflate(body, options);
	} catch {
		return undefined;
	}
}

const isFlagged = (object: Buffer, flag: number): boolean => ((object[at.flags] ?? 0) & flag) !== 0;

const rejected = (why: Rejection): Opened => ({kind: 'rejected', why});
