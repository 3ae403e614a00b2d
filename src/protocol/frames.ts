/**
 * The frames between shim and daemon, as README.md defines them. Paths and arguments are bytes there and
 * latin1 strings here: one byte a character, so that nothing is lost or invented.
 */

const protocolVersion = 1;
const maxFrameBytes = 16 * 1024 * 1024;
export const headerBytes = 5;
export const stampBytes = 48;

/** S --> D: from the shim, or from the front (control). */
export const fromShim = {
	compile: 0x01,
	stamps: 0x02,
	data: 0x03,
	done: 0x04,
	control: 0x20,
} as const;

/** D --> S */
export const toShim = {
	stat: 0x11,
	read: 0x12,
	run: 0x13,
	write: 0x14,
	bytes: 0x15,
	out: 0x16,
	exec: 0x17,
	finish: 0x18,
	nop: 0x19,
	list: 0x1a,
	reply: 0x21,
} as const;

export const runFlags = {
	sendStdout: 1,
	sendStderr: 2,
	passStdout: 4,
	passStderr: 8,
	final: 16,
} as const;

/** How WRITE opens its file: as cc1, as GNU as, or as clang does. */
export const writeHow = {inPlace: 0, unlinkFirst: 1, rename: 2} as const;
export type WriteHow = (typeof writeHow)[keyof typeof writeHow];

/** S --> D: what is to be compiled, and where. */
export interface CompileRequest {
	readonly version: number;
	readonly stdoutIsTerminal: boolean;
	readonly stderrIsTerminal: boolean;
	readonly umask: number;
	readonly pid: number;
	readonly euid: number;
	readonly startedNs: bigint;
	readonly invoked: string;
	readonly compiler: string;
	readonly cwd: string;
	readonly args: readonly string[];
	readonly env: ReadonlyMap<string, string>;
}

/** S --> D: how READ, RUN or WRITE ended. */
export interface Done {
	readonly errno: number;
	/** -1: none */
	readonly exitCode: number;
	/** 0: none */
	readonly signal: number;
	readonly userUs: number;
	readonly sysUs: number;
	readonly wallUs: number;
	readonly startedNs: bigint;
}

export interface Frame {
	readonly type: number;
	/** A view into the receive buffer: valid until the next read. */
	readonly payload: Buffer;
}

/** A frame that breaks the protocol; the connection is of no more use. */
export class FrameError extends Error {
	override readonly name = 'FrameError';
}

/** Cuts a byte stream into frames. */
export class FrameReader {
	#pending: Buffer[] = [];
	#pendingBytes = 0;
	readonly #limitBytes: number;

	constructor(limitBytes: number = maxFrameBytes) {
		this.#limitBytes = limitBytes;
	}

	/** Calls `onFrame` for each frame that `chunk` completes. Throws FrameError for a length over the limit. */
	push(chunk: Buffer, onFrame: (frame: Frame) => void): void {
		let buffer = chunk;
		if (this.#pendingBytes > 0) {
			this.#pending.push(chunk);
			this.#pendingBytes += chunk.length;
			if (this.#pendingBytes < this.#wantedBytes()) {
				return;
			}
			buffer = Buffer.concat(this.#pending, this.#pendingBytes);
			this.#pending = [];
			this.#pendingBytes = 0;
		}
		let offset = 0;
		while (buffer.length - offset >= headerBytes) {
			const length = this.#checkedLength(buffer, offset);
			const end = offset + headerBytes + length;
			if (buffer.length < end) {
				break;
			}
			onFrame({type: buffer[offset + 4] ?? 0, payload: buffer.subarray(offset + headerBytes, end)});
			offset = end;
		}
		if (offset < buffer.length) {
			this.#pending = [buffer.subarray(offset)];
			this.#pendingBytes = buffer.length - offset;
		}
	}

	#checkedLength(buffer: Buffer, offset: number): number {
		const length = buffer.readUInt32LE(offset);
		if (length > this.#limitBytes) {
			throw new FrameError(`a frame of ${length} bytes is over the limit of ${this.#limitBytes}`);
		}
		return length;
	}

	/** How many bytes the first pending frame needs; only its header's once that is there. */
	#wantedBytes(): number {
		const first = this.#pending[0];
		if (first === undefined || first.length < headerBytes) {
			return headerBytes;
		}
		return headerBytes + this.#checkedLength(first, 0);
	}
}

function frame(type: number, payloadBytes: number): Buffer {
	const buffer = Buffer.allocUnsafe(headerBytes + payloadBytes);
	buffer.writeUInt32LE(payloadBytes, 0);
	buffer[4] = type;
	return buffer;
}

function listBytes(items: readonly string[]): number {
	let bytes = 4;
	for (const item of items) {
		bytes += 4 + item.length;
	}
	return bytes;
}

function putString(buffer: Buffer, offset: number, text: string): number {
	buffer.writeUInt32LE(text.length, offset);
	buffer.write(text, offset + 4, 'latin1');
	return offset + 4 + text.length;
}

function putList(buffer: Buffer, offset: number, items: readonly string[]): number {
	let end = buffer.writeUInt32LE(items.length, offset);
	for (const item of items) {
		end = putString(buffer, end, item);
	}
	return end;
}

/** D --> S */
export function encodeStat(paths: readonly string[]): Buffer {
	const buffer = frame(toShim.stat, listBytes(paths));
	putList(buffer, headerBytes, paths);
	return buffer;
}

/** D --> S */
export function encodeRead(path: string, maxBytes: number): Buffer {
	const buffer = frame(toShim.read, 4 + path.length + 8);
	const end = putString(buffer, headerBytes, path);
	buffer.writeBigUInt64LE(BigInt(maxBytes), end);
	return buffer;
}

/** D --> S */
export function encodeList(path: string): Buffer {
	const buffer = frame(toShim.list, 4 + path.length);
	putString(buffer, headerBytes, path);
	return buffer;
}

export interface RunRequest {
	readonly flags: number;
	readonly program: string;
	/** With argv[0]. */
	readonly argv: readonly string[];
	/** `NAME=VALUE` sets, `NAME` unsets. */
	readonly env: readonly string[];
	/** Unlinked by the shim when it ends. */
	readonly temps: readonly string[];
}

/** D --> S */
export function encodeRun(request: RunRequest): Buffer {
	const {flags, program, argv, env, temps} = request;
	const bytes = 1 + 4 + program.length + listBytes(argv) + listBytes(env) + listBytes(temps);
	const buffer = frame(toShim.run, bytes);
	let end = buffer.writeUInt8(flags, headerBytes);
	end = putString(buffer, end, program);
	end = putList(buffer, end, argv);
	end = putList(buffer, end, env);
	putList(buffer, end, temps);
	return buffer;
}

/** D --> S: BYTES frames that add up to `sizeBytes` must follow. */
export function encodeWrite(path: string, mode: number, how: WriteHow, sizeBytes: number): Buffer {
	const buffer = frame(toShim.write, 4 + path.length + 4 + 1 + 8);
	let end = putString(buffer, headerBytes, path);
	end = buffer.writeUInt32LE(mode, end);
	end = buffer.writeUInt8(how, end);
	buffer.writeBigUInt64LE(BigInt(sizeBytes), end);
	return buffer;
}

/** D --> S: only the header; the bytes themselves follow on the stream. */
export function encodeBytesHeader(sizeBytes: number): Buffer {
	const buffer = Buffer.allocUnsafe(headerBytes);
	buffer.writeUInt32LE(sizeBytes, 0);
	buffer[4] = toShim.bytes;
	return buffer;
}

/** D --> S */
export function encodeOut(channel: 1 | 2, bytes: Buffer): Buffer {
	const buffer = frame(toShim.out, 1 + bytes.length);
	buffer[headerBytes] = channel;
	bytes.copy(buffer, headerBytes + 1);
	return buffer;
}

/** D --> S */
export function encodeExec(): Buffer {
	return frame(toShim.exec, 0);
}

/** D --> S */
export function encodeNop(): Buffer {
	return frame(toShim.nop, 0);
}

/** D --> S */
export function encodeFinish(exitCode: number, signal: number): Buffer {
	const buffer = frame(toShim.finish, 8);
	buffer.writeInt32LE(exitCode, headerBytes);
	buffer.writeInt32LE(signal, headerBytes + 4);
	return buffer;
}

class PayloadReader {
	offset = 0;
	readonly #payload: Buffer;

	constructor(payload: Buffer) {
		this.#payload = payload;
	}

	#take(bytes: number): number {
		const start = this.offset;
		if (start + bytes > this.#payload.length) {
			throw new FrameError('a frame ends in the middle of a field');
		}
		this.offset = start + bytes;
		return start;
	}

	u16(): number {
		return this.#payload.readUInt16LE(this.#take(2));
	}

	u32(): number {
		return this.#payload.readUInt32LE(this.#take(4));
	}

	i32(): number {
		return this.#payload.readInt32LE(this.#take(4));
	}

	u64(): number {
		return Number(this.#payload.readBigUInt64LE(this.#take(8)));
	}

	i64(): bigint {
		return this.#payload.readBigInt64LE(this.#take(8));
	}

	string(): string {
		const length = this.u32();
		const start = this.#take(length);
		return this.#payload.toString('latin1', start, start + length);
	}

	list(): string[] {
		const count = this.u32();
		if (count * 4 > this.#payload.length - this.offset) {
			throw new FrameError('a list says more items than its frame can hold');
		}
		const items: string[] = [];
		for (let index = 0; index < count; index++) {
			items.push(this.string());
		}
		return items;
	}
}

function parseEnvironment(pairs: readonly string[]): ReadonlyMap<string, string> {
	const env = new Map<string, string>();
	for (const pair of pairs) {
		const equals = pair.indexOf('=');
		if (equals > 0) {
			env.set(pair.slice(0, equals), pair.slice(equals + 1));
		}
	}
	return env;
}

/** Throws FrameError. Of an unknown version only `version` is read. */
export function decodeCompile(
	payload: Buffer,
): CompileRequest | {readonly version: number; readonly unknown: true} {
	const reader = new PayloadReader(payload);
	const version = reader.u16();
	if (version !== protocolVersion) {
		return {version, unknown: true};
	}
	const flags = reader.u16();
	const umask = reader.u32();
	const pid = reader.u32();
	const euid = reader.u32();
	const startedNs = reader.i64();
	const invoked = reader.string();
	const compiler = reader.string();
	const cwd = reader.string();
	const args = reader.list();
	const env = parseEnvironment(reader.list());
	return {
		version,
		stdoutIsTerminal: (flags & 1) !== 0,
		stderrIsTerminal: (flags & 2) !== 0,
		umask,
		pid,
		euid,
		startedNs,
		invoked,
		compiler,
		cwd,
		args,
		env,
	};
}

/** Throws FrameError. */
export function decodeDone(payload: Buffer): Done {
	const reader = new PayloadReader(payload);
	return {
		errno: reader.i32(),
		exitCode: reader.i32(),
		signal: reader.i32(),
		userUs: reader.u64(),
		sysUs: reader.u64(),
		wallUs: reader.u64(),
		startedNs: reader.i64(),
	};
}

/** D --> front */
export function encodeReply(json: string): Buffer {
	const bytes = Buffer.from(json);
	const buffer = frame(toShim.reply, bytes.length);
	bytes.copy(buffer, headerBytes);
	return buffer;
}
