import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Redis} from 'ioredis';
import {inMemory, startRedisProcess} from '../helpers/redis-process.js';
import {end, lowPort} from './processes.js';
import type {SharedServer} from './shared-server.js';

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
	const listening = port ?? (await lowPort());
	const isSecure = args.includes('--tls-port');
	const hasFile = args[0]?.startsWith('--') === false;
	const child = await startRedisProcess(
		folder,
		isSecure ? 0 : listening,
		hasFile ? args.slice(1) : [...inMemory, ...args],
		hasFile ? args[0] : undefined,
	);
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
