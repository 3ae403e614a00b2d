import {createServer, type Server, type Socket} from 'node:net';
import {
	type CompileRequest,
	type Done,
	decodeCompile,
	decodeDone,
	FrameReader,
	fromShim,
} from '../../src/protocol/frames.js';

export interface Answer {
	readonly type: number;
	readonly payload: Buffer;
}

/** One shim's connection, for a test that plays the daemon: `next` takes the shim's frames in order. */
export class Conversation {
	readonly #socket: Socket;
	readonly #reader = new FrameReader();
	readonly #answers: Answer[] = [];
	#ended = false;
	#wake: () => void = () => {};

	constructor(socket: Socket) {
		this.#socket = socket;
		socket.on('data', chunk => {
			this.#reader.push(chunk, frame => {
				this.#answers.push({type: frame.type, payload: Buffer.from(frame.payload)});
			});
			this.#wake();
		});
		socket.on('error', () => {});
		socket.on('close', () => {
			this.#ended = true;
			this.#wake();
		});
	}

	async next(): Promise<Answer> {
		for (;;) {
			const answer = this.#answers.shift();
			if (answer !== undefined) {
				return answer;
			}
			if (this.#ended) {
				throw new Error('the shim hung up');
			}
			await new Promise<void>(resolve => {
				this.#wake = resolve;
			});
		}
	}

	async #expect(type: number): Promise<Buffer> {
		const answer = await this.next();
		if (answer.type !== type) {
			throw new Error(`frame 0x${answer.type.toString(16)} came instead of 0x${type.toString(16)}`);
		}
		return answer.payload;
	}

	async compile(): Promise<CompileRequest> {
		const request = decodeCompile(await this.#expect(fromShim.compile));
		if ('unknown' in request) {
			throw new Error('another version');
		}
		return request;
	}

	stamps(): Promise<Buffer> {
		return this.#expect(fromShim.stamps);
	}

	async done(): Promise<Done> {
		return decodeDone(await this.#expect(fromShim.done));
	}

	/** All DATA up to DONE, by channel. */
	async dataUntilDone(): Promise<{readonly done: Done; readonly data: readonly Buffer[]}> {
		const parts: Buffer[][] = [[], [], []];
		for (;;) {
			const answer = await this.next();
			if (answer.type === fromShim.done) {
				return {done: decodeDone(answer.payload), data: parts.map(part => Buffer.concat(part))};
			}
			if (answer.type !== fromShim.data) {
				throw new Error(`frame 0x${answer.type.toString(16)} came instead of DATA`);
			}
			parts[answer.payload[0] ?? 0]?.push(answer.payload.subarray(1));
		}
	}

	send(...frames: readonly Buffer[]): void {
		this.#socket.write(Buffer.concat(frames));
	}

	/** Sends, and waits until the kernel has it all. */
	async sendAll(...frames: readonly Buffer[]): Promise<void> {
		await new Promise(resolve => this.#socket.write(Buffer.concat(frames), resolve));
	}

	hangUp(): void {
		this.#socket.end();
	}

	break(): void {
		this.#socket.destroy();
	}
}

export type Script = (conversation: Conversation) => Promise<void> | void;

/** Plays `script` to each shim that connects. An error of the script closes the connection and is rethrown by `stop`. */
export class ScriptedDaemon {
	readonly path: string;
	connections = 0;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();
	readonly #scripts: Promise<void>[] = [];
	#failure: unknown;

	constructor(path: string, script: Script) {
		this.path = path;
		this.#server = createServer({allowHalfOpen: false}, socket => {
			this.connections++;
			this.#sockets.add(socket);
			socket.on('close', () => this.#sockets.delete(socket));
			this.#scripts.push(this.#play(script, socket));
		});
	}

	async #play(script: Script, socket: Socket): Promise<void> {
		try {
			await script(new Conversation(socket));
		} catch (error) {
			this.#failure ??= error;
			socket.destroy();
		}
	}

	start(): Promise<this> {
		return new Promise((resolve, reject) => {
			this.#server.once('error', reject);
			const path = this.path;
			if (path.startsWith('127.0.0.1:')) {
				this.#server.listen(Number(path.slice(10)), '127.0.0.1', () => resolve(this));
			} else {
				this.#server.listen(path, () => resolve(this));
			}
		});
	}

	get port(): number {
		const address = this.#server.address();
		return typeof address === 'object' && address !== null ? address.port : 0;
	}

	async stop(): Promise<void> {
		for (const socket of this.#sockets) {
			socket.destroy();
		}
		await new Promise(resolve => this.#server.close(resolve));
		await Promise.all(this.#scripts);
		if (this.#failure !== undefined) {
			throw this.#failure;
		}
	}
}
