import type {Log} from '../lib/log.js';
import {afterFailure, afterSuccess, type Breaker, closedBreaker, stateOf} from './breaker.js';
import {
	deadlineMs,
	type Latency,
	observeLatency,
	type Question,
	unknownLatency,
} from './patience.js';
import type {ObjectKind, Rejection, Seal} from './seal.js';
import {probeKey, type Tier, TooLarge} from './tier.js';
import type {TierCounter} from './tier-counter.js';
import {Late, reasonOf, within} from './within.js';

/** A write is nobody's wait: this is for a store that has stopped. */
const writeMs = 10_000;
const writeBytesPerMs = 1000;
const probeMs = 5000;
/** A store that is too slow is looked at again so often. */
const probeEveryMs = 30_000;

export interface LevelOptions {
	/** Like `redis`. */
	readonly name: string;
	readonly tier: Tier;
	readonly writable: boolean;
	readonly seal: Seal;
	/** Milliseconds of a clock that never goes back. */
	readonly nowMs: () => number;
	readonly count: (counter: TierCounter, value: number) => void;
	readonly log: Log;
}

export type ReadResult =
	| {readonly kind: 'found'; readonly body: Buffer; readonly object: Buffer}
	| {readonly kind: 'absent'}
	| {readonly kind: 'failed'; readonly why: ReadFailure};

export type ReadFailure =
	| 'timed out'
	| 'failed'
	/** It failed too often, and was not asked. */
	| 'left alone'
	/** It takes longer than the compile is worth, and was not asked. */
	| 'too slow'
	| Rejection;

/** A shared store, asked no more and no longer than it deserves. Nothing here throws. */
export class Level {
	readonly name: string;
	readonly writable: boolean;
	readonly #options: LevelOptions;
	/** Small objects, and those that may be large. */
	readonly #latencies: Record<ObjectKind, Latency> = {
		manifests: unknownLatency,
		entry: unknownLatency,
	};
	readonly #told = new Set<Rejection>();
	#reads: Breaker = closedBreaker;
	#writes: Breaker = closedBreaker;
	#isProbing = false;
	#probedMs = Number.NEGATIVE_INFINITY;

	constructor(options: LevelOptions) {
		this.#options = options;
		this.name = options.name;
		this.writable = options.writable;
	}

	async read(kind: ObjectKind, key: string, question: Question): Promise<ReadResult> {
		const {seal, count} = this.#options;
		const limitMs = this.#limitMs(kind, question);
		if (typeof limitMs === 'string') {
			count('skipped', 1);
			return {kind: 'failed', why: limitMs};
		}
		const fetched = await this.#fetch(kind, key, limitMs);
		if (fetched === undefined) return {kind: 'absent'};
		if (typeof fetched === 'string') return {kind: 'failed', why: fetched};
		count('readBytes', fetched.length);
		const opened = await seal.open(kind, key, fetched);
		if (opened.kind === 'sound') return {kind: 'found', body: opened.body, object: fetched};
		this.reject(key, opened.why);
		return {kind: 'failed', why: opened.why};
	}

	/** What was found is no good after all. */
	reject(key: string, why: Rejection): void {
		const {count, log} = this.#options;
		count('rejected', 1);
		// Where there is one, there are many.
		log[this.#told.has(why) ? 'debug' : 'warn']('an object of a shared cache is not taken', {
			...{tier: this.name, key, why},
		});
		this.#told.add(why);
	}

	/** Whether a write has a chance. */
	get takesWrites(): boolean {
		return this.writable && stateOf(this.#writes, this.#options.nowMs()) !== 'open';
	}

	/** False: it could not. `object` is as `Seal` made it. */
	async write(key: string, object: Buffer): Promise<boolean> {
		const {tier, nowMs, count} = this.#options;
		if (!this.takesWrites) {
			count('dropped', 1);
			return false;
		}
		const startedMs = nowMs();
		try {
			await within(writeMs + object.length / writeBytesPerMs, signal =>
				tier.put(key, object, signal),
			);
		} catch (error) {
			const before = this.#writes;
			this.#writes = afterFailure(before, nowMs());
			count('writeErrors', 1);
			this.#tellTrouble('written to', error, before, this.#writes);
			return false;
		}
		this.#writes = afterSuccess();
		count('writes', 1);
		count('writeMs', nowMs() - startedMs);
		count('writtenBytes', object.length);
		return true;
	}

	/** For a write that depends on what is there. Undefined: nothing usable, or not to be had. */
	async readToMerge(kind: ObjectKind, key: string): Promise<Buffer | undefined> {
		const {tier, seal} = this.#options;
		try {
			const object = await within(writeMs, signal => tier.get(key, signal));
			const opened = object && (await seal.open(kind, key, object));
			return opened?.kind === 'sound' ? opened.body : undefined;
		} catch {
			return undefined;
		}
	}

	dropped(writes: number): void {
		this.#options.count('dropped', writes);
	}

	count(counter: TierCounter, value: number): void {
		this.#options.count(counter, value);
	}

	close(): void {
		this.#options.tier.close();
	}

	#limitMs(kind: ObjectKind, question: Question): number | ReadFailure {
		const state = stateOf(this.#reads, this.#options.nowMs());
		if (state !== 'closed') {
			if (state === 'due') void this.#probe();
			return 'left alone';
		}
		const limitMs = deadlineMs(this.#latencies[kind], question);
		if (limitMs !== undefined) return limitMs;
		if (this.#options.nowMs() - this.#probedMs > probeEveryMs) void this.#probe();
		return 'too slow';
	}

	async #fetch(
		kind: ObjectKind,
		key: string,
		limitMs: number,
	): Promise<Buffer | 'timed out' | 'failed' | 'too large' | undefined> {
		const {tier, nowMs, count} = this.#options;
		const startedMs = nowMs();
		try {
			const found = await within(limitMs, signal => tier.get(key, signal));
			this.#reads = afterSuccess();
			this.#observe(kind, nowMs() - startedMs);
			return found;
		} catch (error) {
			if (error instanceof TooLarge) {
				this.reject(key, 'too large');
				return 'too large';
			}
			const isLate = error instanceof Late;
			count(isLate ? 'timeouts' : 'errors', 1);
			// That it takes longer than this is all that is known, and is remembered.
			if (isLate) this.#observe(kind, limitMs);
			const before = this.#reads;
			this.#reads = afterFailure(before, nowMs());
			this.#tellTrouble('read from', error, before, this.#reads);
			return isLate ? 'timed out' : 'failed';
		}
	}

	#observe(kind: ObjectKind, tookMs: number): void {
		this.#latencies[kind] = observeLatency(this.#latencies[kind], tookMs);
	}

	/** In the background: no compile waits for a store of which it is not known that it answers. */
	async #probe(): Promise<void> {
		if (this.#isProbing) return;
		const {tier, nowMs, log} = this.#options;
		this.#isProbing = true;
		const startedMs = nowMs();
		try {
			await within(probeMs, signal => tier.get(probeKey, signal));
			if (this.#reads.untilMs !== undefined) {
				log.info('a shared cache answers again', {tier: this.name});
			}
			this.#reads = afterSuccess();
			const latency = observeLatency(unknownLatency, nowMs() - startedMs);
			this.#latencies.manifests = latency;
			this.#latencies.entry = latency;
		} catch {
			this.#reads = afterFailure(this.#reads, nowMs());
		} finally {
			this.#probedMs = nowMs();
			this.#isProbing = false;
		}
	}

	#tellTrouble(what: string, error: unknown, before: Breaker, after: Breaker): void {
		const {log, nowMs} = this.#options;
		const fields = {tier: this.name, error: reasonOf(error)};
		log.debug(`a shared cache could not be ${what}`, fields);
		if (after.untilMs === undefined || after.untilMs === before.untilMs) return;
		log.warn(`a shared cache can't be ${what}, and is left alone for a while`, {
			...fields,
			seconds: Math.round((after.untilMs - nowMs()) / 1000),
		});
	}
}
