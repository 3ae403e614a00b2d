import {type ChildProcessByStdio, spawn} from 'node:child_process';
import {constants} from 'node:os';
import type {Readable, Writable} from 'node:stream';
import {getSystemErrorName} from 'node:util';
import type {Ended, Exit, Finished} from '../exec/run.js';
import {AppError} from '../lib/errors.js';
import {
	clearFrame,
	type Enclosed,
	endFrame,
	type Mount,
	mountFrame,
	runFrame,
	unmountFrame,
	type WardenAnswer,
	wardenAnswers,
} from './warden-frames.js';

export interface RunOptions {
	readonly timeoutMs: number;
	readonly signal?: AbortSignal;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

interface Asked {
	readonly hear: (answer: WardenAnswer) => void;
	readonly fail: (error: AppError) => void;
}

export interface Enclosure extends Finished {
	/** What came through descriptor `statusFd`. */
	readonly status: Buffer;
}

export const statusFd = 3;
/** Of each of stdout and stderr. */
const capBytes = 16 * 1024 ** 2;
const statusCapBytes = 64 * 1024;

/**
 * The small process that does what is done with mounts and processes: src/warden. One that dies takes its jobs along, and the next
 * request gets a new one.
 */
export class Warden {
	readonly #program: string;
	readonly #asked = new Map<number, Asked>();
	#child: Child | undefined;
	#rest = Buffer.alloc(0);
	#serial = 0;

	/** `program`: of an absolute path. */
	constructor(program: string) {
		this.#program = program;
	}

	/** Of the one that runs. */
	get pid(): number | undefined {
		return this.#child?.pid;
	}

	/** Throws SANDBOX_FAILED, as do the others. */
	mount(mount: Mount): Promise<void> {
		return this.#done(`${mount.target} can't be mounted`, id => mountFrame(id, mount));
	}

	/** Lazily: what is still open goes when it is closed. */
	unmount(target: string): Promise<void> {
		return this.#done(`${target} stays mounted`, id => unmountFrame(id, target));
	}

	/** With all that is below. */
	remove(paths: readonly string[]): Promise<void> {
		return this.#clear(undefined, paths);
	}

	/** Unmounts a folder that may not be mounted, and removes others. */
	clear(mounted: string, paths: readonly string[]): Promise<void> {
		return this.#clear(mounted, paths);
	}

	/**
	 * Runs a program in namespaces of users, processes and mounts of its own to its end or to ours: at its deadline, when `signal` aborts, or
	 * when it prints too much, all that it started is killed. What it writes to `statusFd` comes back.
	 */
	run(enclosed: Enclosed, {timeoutMs, signal}: RunOptions): Promise<Enclosure> {
		const startedMs = performance.now();
		const outputs = [new Gathered(capBytes), new Gathered(capBytes), new Gathered(statusCapBytes)];
		const [stdout, stderr, status] = outputs as [Gathered, Gathered, Gathered];
		const id = this.#serial++;
		let ended: Ended | undefined;
		const end = (why: Ended): void => {
			if (ended !== undefined || !this.#asked.has(id)) return;
			ended = why;
			this.#child?.stdin.write(endFrame(id));
		};
		const onAbort = (): void => end('aborted');
		const timer = setTimeout(() => end('timeout'), timeoutMs);
		const finished = new Promise<Enclosure>((resolve, reject) => {
			const hear = (answer: WardenAnswer): void => {
				if (answer.kind === 'output') {
					const isFull = outputs[answer.descriptor - 1]?.add(answer.bytes);
					if (isFull && answer.descriptor !== statusFd)
						end(answer.descriptor === 1 ? 'stdout' : 'stderr');
				} else if (answer.kind === 'ended') {
					this.#asked.delete(id);
					resolve({
						exit: exitIn(answer.waitStatus),
						stdout: stdout.bytes(),
						stderr: stderr.bytes(),
						status: status.bytes(),
						wallMs: performance.now() - startedMs,
						cpuMs: answer.cpuMs,
						...(ended === undefined ? {} : {ended}),
					});
				} else {
					this.#asked.delete(id);
					reject(failed('a sandbox could not be made', answer.errno));
				}
			};
			this.#ask(id, runFrame(id, enclosed), {hear, fail: reject});
		});
		signal?.addEventListener('abort', onAbort, {once: true});
		if (signal?.aborted) onAbort();
		return finished.finally(() => {
			clearTimeout(timer);
			signal?.removeEventListener('abort', onAbort);
		});
	}

	/** After the last request. */
	close(): void {
		this.#child?.stdin.end();
	}

	#clear(mounted: string | undefined, paths: readonly string[]): Promise<void> {
		return this.#done(`${paths.join(', ')} can't be removed`, id => clearFrame(id, mounted, paths));
	}

	#done(what: string, request: (id: number) => Buffer): Promise<void> {
		return new Promise((resolve, reject) => {
			const id = this.#serial++;
			const hear = (answer: WardenAnswer): void => {
				this.#asked.delete(id);
				if (answer.kind === 'done' && answer.errno === 0) resolve();
				else reject(failed(what, answer.kind === 'done' ? answer.errno : 0));
			};
			this.#ask(id, request(id), {hear, fail: reject});
		});
	}

	#ask(id: number, request: Buffer, asked: Asked): void {
		const child = this.#child ?? this.#start();
		this.#asked.set(id, asked);
		child.stdin.write(request);
	}

	#start(): Child {
		const child = spawn(this.#program, [], {
			stdio: ['pipe', 'pipe', 'ignore'],
			cwd: '/',
			env: {},
			detached: true,
		});
		this.#child = child;
		child.stdin.on('error', () => {});
		child.stdout.on('data', (bytes: Buffer) => {
			const {answers, rest} = wardenAnswers(
				this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]),
			);
			this.#rest = Buffer.from(rest);
			for (const answer of answers) this.#asked.get(answer.id)?.hear(answer);
		});
		const over = (why: string) => this.#over(child, why);
		child.once('error', error => over(error.message));
		child.once('close', (code, signal) => over(`it ended with ${code ?? signal}`));
		child.unref();
		return child;
	}

	#over(child: Child, why: string): void {
		if (this.#child !== child) return;
		this.#child = undefined;
		this.#rest = Buffer.alloc(0);
		const asked = [...this.#asked.values()];
		this.#asked.clear();
		for (const {fail} of asked) {
			fail(new AppError('SANDBOX_FAILED', `${this.#program} is gone: ${why}`));
		}
	}
}

class Gathered {
	readonly #capBytes: number;
	readonly #chunks: Buffer[] = [];
	#sizeBytes = 0;

	constructor(limitBytes: number) {
		this.#capBytes = limitBytes;
	}

	/** Whether it is more than the cap now; what is more is dropped. */
	add(bytes: Buffer): boolean {
		this.#sizeBytes += bytes.length;
		if (this.#sizeBytes > this.#capBytes) return true;
		this.#chunks.push(bytes);
		return false;
	}

	bytes(): Buffer {
		return Buffer.concat(this.#chunks);
	}
}

function failed(what: string, errno: number): AppError {
	const code = errno === 0 ? 'no answer' : getSystemErrorName(-errno);
	return new AppError('SANDBOX_FAILED', `${what}: ${code}`);
}

/** See wait(2). */
function exitIn(waitStatus: number): Exit {
	const number = waitStatus & 0x7f;
	if (number === 0) return {code: (waitStatus >> 8) & 0xff};
	const [signal] = Object.entries(constants.signals).find(([, value]) => value === number) ?? [];
	return {signal: (signal ?? 'SIGKILL') as NodeJS.Signals};
}
