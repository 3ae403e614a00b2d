import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {hasProgram} from './has-program.js';
import {freePorts} from './private-farm.js';

/** Why there can be none here. */
export const unableToRedis = (): string | undefined =>
	hasProgram('redis-server') ? undefined : 'no redis-server';

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
		const [port = 0] = await freePorts(1);
		const redis = new RedisServer(port, password);
		await redis.start();
		return redis;
	}

	get url(): string {
		const login = this.#password === undefined ? '' : `:${this.#password}@`;
		return `redis://${login}127.0.0.1:${this.port}/0`;
	}

	/** After it was killed: on the same port, with nothing in it. */
	async start(): Promise<void> {
		const log = join(this.#folder, 'log');
		rmSync(log, {force: true});
		const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', ''];
		const login = this.#password === undefined ? [] : ['--requirepass', this.#password];
		const child = spawn(
			'redis-server',
			[...args, ...login, '--dir', this.#folder, '--logfile', log],
			{stdio: 'ignore'},
		);
		this.#child = child;
		for (let tries = 0; tries < 500; tries++) {
			if (/Ready to accept/.test(textOf(log))) return;
			if (child.exitCode !== null) break;
			await sleep(20);
		}
		throw new Error(`redis-server did not start:\n${textOf(log)}`);
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

function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
