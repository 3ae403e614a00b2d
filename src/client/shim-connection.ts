import type {Socket} from 'node:net';
import {AppError} from '../lib/errors.js';
import {
	type Done,
	decodeDone,
	encodeBytesHeader,
	encodeExec,
	encodeFinish,
	encodeList,
	encodeNop,
	encodeOut,
	encodeRead,
	encodeRun,
	encodeStat,
	encodeWrite,
	type Frame,
	fromShim,
	type RunRequest,
	type WriteHow,
} from '../protocol/frames.js';
import {isRegularFile, stampSizeBytes} from '../protocol/stamp.js';

export interface ReadResult {
	readonly errno: number;
	/** fstat of the file that was read. */
	readonly stamp: Buffer;
	readonly bytes: Buffer;
}

export interface RunSinks {
	readonly stdout?: (bytes: Buffer) => void;
	readonly stderr?: (bytes: Buffer) => void;
}

/** One command that the shim has yet to answer. */
interface Pending {
	readonly onStamps?: (stamps: Buffer) => void;
	readonly onData?: (channel: number, bytes: Buffer) => void;
	readonly onDone?: (done: Done) => void;
	readonly onLost: (error: Error) => void;
}

const maxBytesFrame = 1024 * 1024;
/** Smaller files come in one frame, or a few. */
const leastWholeBytes = 256 * 1024;
/** The shim gives up after ten seconds. */
const reassureEveryMs = 3000;

/** The shim as the daemon's hands: each method is one command; the shim obeys them in order. */
export class ShimConnection {
	readonly #socket: Socket;
	readonly #pending: Pending[] = [];
	#lost = false;
	#writeError = 0;
	/** Made for whoever asks: most compiles end before anyone does. */
	#gone: AbortController | undefined;

	constructor(socket: Socket) {
		this.#socket = socket;
	}

	/** errno of the first WRITE that failed, 0 while none has. */
	get writeError(): number {
		return this.#writeError;
	}

	/** Aborted when the shim is no longer there; the reason is SHIM_VANISHED. */
	get gone(): AbortSignal {
		this.#gone ??= new AbortController();
		if (this.#lost) {
			this.#gone.abort(vanished());
		}
		return this.#gone.signal;
	}

	/** While `work` goes on, the shim hears that an answer will come: it does not wait in silence. */
	async reassured<Result>(work: () => Promise<Result>): Promise<Result> {
		const timer = setInterval(() => this.#send(encodeNop()), reassureEveryMs);
		try {
			return await work();
		} finally {
			clearInterval(timer);
		}
	}

	stat(paths: readonly string[]): Promise<Buffer> {
		return new Promise((resolve, reject) => {
			this.#ask(encodeStat(paths), {onStamps: resolve, onLost: reject});
		});
	}

	async read(path: string, maxBytes: number): Promise<ReadResult> {
		// A large file goes into one piece of memory, as large as it is now; should it grow meanwhile, the rest comes behind.
		let whole = Buffer.alloc(0);
		let used = 0;
		const rest: Buffer[] = [];
		const {errno, stamp} = await this.readPieces(
			path,
			maxBytes,
			piece => {
				const fitting = Math.min(piece.length, whole.length - used);
				piece.copy(whole, used, 0, fitting);
				used += fitting;
				if (fitting < piece.length) rest.push(piece.subarray(fitting));
			},
			sizeBytes => {
				if (sizeBytes >= leastWholeBytes)
					whole = Buffer.allocUnsafeSlow(Math.min(sizeBytes, maxBytes));
			},
		);
		const parts = [whole.subarray(0, used), ...rest].filter(({length}) => length > 0);
		return {errno, stamp, bytes: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)};
	}

	/** `take` gets what the file holds, piece by piece; before, `begin` hears how much it should be. */
	readPieces(
		path: string,
		maxBytes: number,
		take: (bytes: Buffer) => void,
		begin: (sizeBytes: number) => void = () => {},
	): Promise<Omit<ReadResult, 'bytes'>> {
		return new Promise((resolve, reject) => {
			let stamp: Buffer = Buffer.alloc(0);
			this.#ask(encodeRead(path, maxBytes), {
				onStamps: stamps => {
					stamp = stamps;
					if (isRegularFile(stamps)) begin(stampSizeBytes(stamps));
				},
				onData: (_channel, bytes) => take(bytes),
				onDone: ({errno}) => resolve({errno, stamp}),
				onLost: reject,
			});
		});
	}

	/** What is in a folder; undefined when it can't be read. */
	list(path: string): Promise<readonly string[] | undefined> {
		return new Promise((resolve, reject) => {
			const chunks: Buffer[] = [];
			this.#ask(encodeList(path), {
				onData: (_channel, bytes) => chunks.push(bytes),
				onDone: ({errno}) => {
					const names = Buffer.concat(chunks).toString('latin1').split('\0').slice(0, -1);
					resolve(errno === 0 ? names : undefined);
				},
				onLost: reject,
			});
		});
	}

	run(request: RunRequest, sinks: RunSinks = {}): Promise<Done> {
		return new Promise((resolve, reject) => {
			this.#ask(encodeRun(request), {
				onData: (channel, bytes) => (channel === 1 ? sinks.stdout : sinks.stderr)?.(bytes),
				onDone: resolve,
				onLost: reject,
			});
		});
	}

	/** A failure makes the shim run the real compiler; it is remembered in `writeError`. */
	write(path: string, mode: number, how: WriteHow, bytes: Buffer): void {
		this.#ask(encodeWrite(path, mode, how, bytes.length), {
			onDone: ({errno}) => {
				this.#writeError ||= errno;
			},
			onLost: () => {},
		});
		for (let offset = 0; offset < bytes.length; offset += maxBytesFrame) {
			const part = bytes.subarray(offset, offset + maxBytesFrame);
			this.#socket.write(encodeBytesHeader(part.length));
			this.#socket.write(part);
		}
	}

	out(channel: 1 | 2, bytes: Buffer): void {
		for (let offset = 0; offset < bytes.length; offset += maxBytesFrame) {
			this.#send(encodeOut(channel, bytes.subarray(offset, offset + maxBytesFrame)));
		}
	}

	exec(): void {
		this.#send(encodeExec());
	}

	finish(exitCode: number, signal = 0): void {
		this.#send(encodeFinish(exitCode, signal));
	}

	/** Everything sent inside `send` leaves in as few system calls as can be. */
	together(send: () => void): void {
		this.#socket.cork();
		try {
			send();
		} finally {
			this.#socket.uncork();
		}
	}

	/** An answer of the shim. Throws AppError PROTOCOL_VIOLATION for one that nothing asked for. */
	receive(frame: Frame): void {
		const pending = this.#pending[0];
		if (pending === undefined) {
			throw unexpected(frame.type);
		}
		if (frame.type === fromShim.stamps && pending.onStamps !== undefined) {
			pending.onStamps(frame.payload);
			if (pending.onDone === undefined) {
				this.#pending.shift();
			}
		} else if (frame.type === fromShim.data && pending.onData !== undefined) {
			pending.onData(frame.payload[0] ?? 0, frame.payload.subarray(1));
		} else if (frame.type === fromShim.done && pending.onDone !== undefined) {
			this.#pending.shift();
			pending.onDone(decodeDone(frame.payload));
		} else {
			throw unexpected(frame.type);
		}
	}

	/** The socket is gone: whatever still waits fails with SHIM_VANISHED. */
	lose(): void {
		this.#lost = true;
		this.#gone?.abort(vanished());
		for (const pending of this.#pending.splice(0)) {
			pending.onLost(vanished());
		}
	}

	#ask(bytes: Buffer, pending: Pending): void {
		if (this.#lost) {
			pending.onLost(vanished());
			return;
		}
		this.#pending.push(pending);
		this.#socket.write(bytes);
	}

	#send(bytes: Buffer): void {
		if (!this.#lost) {
			this.#socket.write(bytes);
		}
	}
}

function vanished(): AppError {
	return new AppError('SHIM_VANISHED', 'the shim went away before it was told how to end');
}

function unexpected(type: number): AppError {
	return new AppError(
		'PROTOCOL_VIOLATION',
		`the shim sent frame 0x${type.toString(16)} out of turn`,
	);
}
