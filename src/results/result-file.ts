import {createHash} from 'node:crypto';
import {
	BincodeError,
	bytes,
	decode,
	encode,
	list,
	struct,
	text,
	u32,
	u64,
} from '../protocol/dist/bincode.js';

/** What a job that ended well has made. */
export interface KeptResult {
	readonly stdout: Buffer;
	readonly stderr: Buffer;
	readonly outputs: readonly {
		/** As asked for. */
		readonly path: string;
		readonly mode: number;
		readonly bytes: Buffer;
	}[];
	/** Of the compiler, when it ran. */
	readonly wallMs: number;
	readonly cpuMs: number;
}

const magic = Buffer.from('sccres01');
const digestBytes = 32;

const layout = struct({
	key: text,
	wallMs: u64,
	cpuMs: u64,
	stdout: bytes,
	stderr: bytes,
	outputs: list(struct({path: text, mode: u32, bytes})),
});

/** `magic | SHA-256 of what follows | key and result`. */
export function encodeResult(key: string, result: KeptResult): readonly Buffer[] {
	const body = encode(layout, {
		...{...result, key},
		...{wallMs: Math.round(result.wallMs), cpuMs: Math.round(result.cpuMs)},
	});
	return [magic, digestOf(body), body];
}

/** Undefined: damaged, or another's. */
export function decodeResult(key: string, file: Buffer): KeptResult | undefined {
	const head = magic.length + digestBytes;
	const body = file.subarray(head);
	if (!file.subarray(0, magic.length).equals(magic)) return undefined;
	if (!file.subarray(magic.length, head).equals(digestOf(body))) return undefined;
	try {
		const {key: own, ...result} = decode(layout, body);
		return own === key ? result : undefined;
	} catch (error) {
		if (error instanceof BincodeError) return undefined;
		throw error;
	}
}

const digestOf = (body: Buffer): Buffer => createHash('sha256').update(body).digest();
