import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Redis} from 'ioredis';
import {hasProgram} from '../helpers/has-program.js';
import {end, freePort} from './processes.js';
import type {SharedServer} from './shared-server.js';

export const unableToRedis = (): string | undefined =>
	hasProgram('redis-server') ? undefined : 'redis-server is not installed';

/** A Redis of a test's own, without persistence. */
export interface RedisServer extends SharedServer {
	readonly url: string;
	/** With a connection that the test may use for what it likes. */
	admin(): Redis;
}

/** `args`: beside the port and the folder; the first may be a configuration file. */
export async function startRedis(
	args: readonly string[] = [],
	port?: number,
	password?: string,
): Promise<RedisServer> {
	const folder = mkdtempSync(join(tmpdir(), 'redis-'));
	const listening = port ?? (await freePort());
	const isSecure = args.includes('--tls-port');
	const log = join(folder, 'log');
	const [config, ...others] = args[0]?.startsWith('--') === false ? args : ['', ...args];
	const child = spawn(
		'redis-server',
		[
			...(config === '' ? [] : [config as string]),
			...['--port', isSecure ? '0' : String(listening), '--bind', '127.0.0.1'],
			...['--dir', folder, '--logfile', log],
			...(config === '' ? ['--save', '', '--appendonly', 'no'] : []),
			...others,
		],
		{stdio: 'ignore'},
	);
	await untilReady(child, log);
	let known: Redis | undefined;
	const admin = () => {
		if (known !== undefined) return known;
		known = new Redis({port: listening, ...(password === undefined ? {} : {password})});
		known.on('error', () => {});
		return known;
	};
	const url = `redis://127.0.0.1:${listening}`;
	return {
		...{kind: 'redis', port: listening, url, process: child, admin},
		env: {SCCACHE_REDIS_ENDPOINT: url},
		objects: async () => {
			const redis = admin();
			const names = await redis.keys('*');
			const found = await Promise.all(names.map(name => redis.getBuffer(name)));
			return new Map(names.map((name, index) => [name, found[index] as Buffer] as const));
		},
		overwrite: async (name, bytes) => void (await admin().set(name, bytes)),
		stop: async () => {
			known?.disconnect();
			await end(child);
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

async function untilReady(child: ChildProcess, log: string): Promise<void> {
	for (let waitedMs = 0; waitedMs < 15_000 && child.exitCode === null; waitedMs += 20) {
		if (/[Rr]eady to accept|Sentinel ID|Sentinel new|\+monitor/.test(readIfThere(log))) return;
		await sleep(20);
	}
	child.kill('SIGKILL');
	throw new Error(`redis-server did not start:\n${readIfThere(log)}`);
}

function readIfThere(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
