import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {freePort} from './free-port.js';
import {inMemory, startRedisProcess} from './redis-process.js';

/** A real redis-server on 127.0.0.1; it keeps nothing. */
export class RedisServer {
	readonly port: number;
	readonly #folder = mkdtempSync(join(tmpdir(), 'redis-'));
	readonly #password: string | undefined;
	#child: ChildProcess | undefined;

	private constructor(port: number, password: string | undefined) {
		this.port = port;
		this.#password = password;
	}

	static async start(password?: string): Promise<RedisServer> {
		const redis = new RedisServer(await freePort(), password);
		await redis.start();
		return redis;
	}

	get url(): string {
		const login = this.#password === undefined ? '' : `:${this.#password}@`;
		return `redis://${login}127.0.0.1:${this.port}/0`;
	}

	/** After it was killed: on the same port, with nothing in it. */
	async start(): Promise<void> {
		const login = this.#password === undefined ? [] : ['--requirepass', this.#password];
		this.#child = await startRedisProcess(this.#folder, this.port, [...inMemory, ...login]);
	}

	/** It takes connections, and answers nothing. */
	pause(): void {
		this.#child?.kill('SIGSTOP');
	}

	resume(): void {
		this.#child?.kill('SIGCONT');
	}

	async kill(): Promise<void> {
		const child = this.#child;
		this.#child = undefined;
		if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
		const ended = once(child, 'exit');
		child.kill('SIGKILL');
		await ended;
	}

	async close(): Promise<void> {
		await this.kill();
		rmSync(this.#folder, {recursive: true, force: true});
	}
}
