import {Redis} from 'ioredis';
import type {RedisConfig} from '../config/redis-table.js';
import type {Log} from '../lib/log.js';
import {capacity} from '../placement/capacity.js';
import type {Job} from './job.js';
import type {Ledger} from './ledger.js';
import {type Entered, formatEntry, parseEntry} from './ledger-entry.js';
import type {ServerRecord} from './server-record.js';
import type {SchedulerState} from './state.js';

export interface RedisLedgerOptions {
	readonly redis: RedisConfig;
	/** Of this start of this scheduler. */
	readonly id: string;
	readonly state: SchedulerState;
	readonly log: Log;
}

/** So often what others have entered is looked at. */
const lookEveryMs = 250;
/** A scheduler that has not looked for so long is gone. */
const aliveMs = 3000;
/** Longer than anybody waits for a place. */
const commandMs = 500;
const silenceMs = 5000;
const longestReconnectMs = 1000;
/** What no scheduler has looked at for so long is forgotten. */
const keptMs = 60 * 60 * 1000;

/** One step for Redis: nobody comes between the count and the entry. */
const reserveScript = `
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[1]) and redis.call('HEXISTS', KEYS[1], ARGV[2]) == 0 then
	return redis.call('HGETALL', KEYS[1])
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

/**
 * The ledger in Redis: a hash for each start of each server, with a field a job. While Redis is away, everyone goes on by what the
 * servers say of themselves; when it is back, each scheduler enters what it has given meanwhile.
 */
export class RedisLedger implements Ledger {
	readonly #redis: Redis;
	readonly #options: RedisLedgerOptions;
	readonly #prefix: string;
	/** Jobs of which Redis has not said yet whether there is a place. */
	readonly #reserving = new Set<number>();
	/** Schedulers, of those that were seen in entries the last time. */
	#gone: ReadonlySet<string> = new Set();
	#isAway = false;
	#isClosed = false;
	#timer: NodeJS.Timeout | undefined;

	constructor(options: RedisLedgerOptions) {
		this.#options = options;
		this.#prefix = options.redis.keyPrefix;
		this.#redis = new Redis(options.redis.url.reveal(), {
			commandTimeout: commandMs,
			connectTimeout: silenceMs,
			socketTimeout: silenceMs,
			enableOfflineQueue: false,
			autoResendUnfulfilledCommands: false,
			maxRetriesPerRequest: 0,
			retryStrategy: times => Math.min(longestReconnectMs, 50 * 2 ** Math.min(times, 10)),
			connectionName: 'sccache-scheduler',
			protocol: 2,
			disableClientInfo: true,
		});
		// Without a listener an error would end the process.
		this.#redis.on('error', error => this.#lost(error));
		this.#redis.on('ready', () => void this.#look());
		this.#next();
	}

	get isAway(): boolean {
		return this.#isAway;
	}

	async reserve(job: Job): Promise<boolean> {
		if (!this.#canAsk()) return true;
		const {server} = job;
		this.#reserving.add(job.id);
		try {
			const reply: unknown = await this.#redis.eval(
				reserveScript,
				1,
				this.#keyOf(server),
				capacity(server),
				job.id,
				formatEntry(job, this.#options.id),
				keptMs,
			);
			if (!Array.isArray(reply)) return true;
			this.#options.state.takeBack(job);
			this.#compare(server, entriesIn(pairs(reply)));
			return false;
		} catch (error) {
			this.#lost(error);
			return true;
		} finally {
			this.#reserving.delete(job.id);
		}
	}

	release({id, server}: Pick<Job, 'id' | 'server'>): void {
		if (this.#canAsk()) this.#send(this.#redis.hdel(this.#keyOf(server), String(id)));
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		if (this.#redis.status === 'ready') await this.#redis.del(this.#aliveKey()).catch(() => {});
		this.#redis.disconnect();
	}

	#canAsk(): boolean {
		return !this.#isAway && this.#redis.status === 'ready';
	}

	#next(): void {
		if (this.#isClosed) return;
		this.#timer = setTimeout(() => void this.#look().finally(() => this.#next()), lookEveryMs);
	}

	/** Says that this scheduler is there, and makes this state and the ledger agree. */
	async #look(): Promise<void> {
		if (this.#redis.status !== 'ready' || this.#isClosed) return;
		const servers = this.#options.state.current();
		try {
			const [, ...hashes] = await this.#ask([
				['set', this.#aliveKey(), '1', 'PX', String(aliveMs)],
				...servers.map(server => ['hgetall', this.#keyOf(server)]),
			]);
			const books = hashes.map(hash => entriesIn(Object.entries(hash as Record<string, string>)));
			this.#back();
			// At once: what is entered meanwhile is not in it.
			for (const [index, server] of servers.entries()) this.#compare(server, books[index] ?? []);
			this.#gone = await this.#goneOf(new Set(books.flat().map(({by}) => by)));
		} catch (error) {
			this.#lost(error);
		}
	}

	async #goneOf(owners: ReadonlySet<string>): Promise<ReadonlySet<string>> {
		const others = [...owners].filter(owner => owner !== this.#options.id);
		if (others.length === 0) return new Set();
		const alive = await this.#ask(others.map(owner => ['exists', this.#aliveKey(owner)]));
		return new Set(others.filter((_owner, index) => alive[index] === 0));
	}

	/** Makes the state agree with what is entered for a server, and the other way round. */
	#compare(server: ServerRecord, entries: readonly Entered[]): void {
		const {id, state} = this.#options;
		const entered = new Set(entries.map(({job}) => job.id));
		state.adopt(
			server,
			entries
				.filter(({by}) => by !== id)
				.map(({by, job}) => ({...job, isOrphan: by === '' || this.#gone.has(by)})),
		);
		for (const {by, job} of entries) {
			if (by === id && !server.jobs.has(job.id)) this.release({id: job.id, server});
		}
		// Given while Redis was away.
		for (const job of server.jobs.values()) {
			if (job.origin !== 'here' || entered.has(job.id)) continue;
			if (this.#reserving.has(job.id)) continue;
			const fields = [String(job.id), formatEntry(job, id)] as const;
			this.#send(this.#redis.hset(this.#keyOf(server), ...fields));
			this.#send(this.#redis.pexpire(this.#keyOf(server), keptMs));
		}
	}

	async #ask(commands: string[][]): Promise<readonly unknown[]> {
		const replies = (await this.#redis.pipeline(commands).exec()) ?? [];
		return replies.map(([error, reply]) => {
			if (error !== null) throw error;
			return reply;
		});
	}

	#send(sent: Promise<unknown>): void {
		sent.catch((error: unknown) => this.#lost(error));
	}

	/** Each absence is told once. */
	#lost(error: unknown): void {
		if (this.#isAway || this.#isClosed) return;
		this.#isAway = true;
		this.#options.log.warn(
			'Redis is away: until it is back, other schedulers may give away the same slots',
			{reason: error instanceof Error ? error.message : String(error)},
		);
	}

	#back(): void {
		if (!this.#isAway) return;
		this.#isAway = false;
		this.#options.log.info('Redis is there again');
	}

	#keyOf({id, heartbeat}: ServerRecord): string {
		return `${this.#prefix}:jobs:${id}:${heartbeat.serverNonce}`;
	}

	#aliveKey(id = this.#options.id): string {
		return `${this.#prefix}:scheduler:${id}`;
	}
}

function entriesIn(fields: readonly (readonly [id: string, text: string])[]): readonly Entered[] {
	return fields.map(([id, text]) => parseEntry(Number(id), text));
}

function pairs(flat: readonly string[]): readonly (readonly [string, string])[] {
	return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []));
}
