const slots = 4096;
/** A worker that ended in the middle of a compile never says so. */
const longestWaitMs = 120_000;

/** What the workers of a daemon tell each other of their compiles: in each slot the hash of a key, or 0. */
export function inFlightTable(): SharedArrayBuffer {
	return new SharedArrayBuffer(slots * BigInt64Array.BYTES_PER_ELEMENT);
}

/** Compiles under way, by direct key. */
export class InFlight {
	/** Of this worker. */
	readonly #running = new Map<string, Promise<unknown>>();
	/** Of all. Two keys may have one slot: then only the first is known to other workers. */
	readonly #table: BigInt64Array;

	constructor(table: SharedArrayBuffer) {
		this.#table = new BigInt64Array(table);
	}

	/** Resolves when the same compile that began earlier has been stored or failed; undefined when there is none. */
	twin(directKey: string): Promise<void> | undefined {
		const running = this.#running.get(directKey);
		// What it made is stored in the turn in which it ends.
		if (running !== undefined) return running.then(nextTurn, nextTurn);
		const hash = hashOf(directKey);
		const slot = slotOf(hash);
		if (Atomics.load(this.#table, slot) !== hash) return undefined;
		const ended = Atomics.waitAsync(this.#table, slot, hash, longestWaitMs);
		return ended.async ? ended.value.then(() => {}) : Promise.resolve();
	}

	during<Result>(directKey: string, work: () => Promise<Result>): Promise<Result> {
		const leave = this.#enter(directKey);
		const running = work();
		this.#running.set(directKey, running);
		const end = () => {
			if (this.#running.get(directKey) === running) this.#running.delete(directKey);
			void nextTurn().then(leave);
		};
		running.then(end, end);
		return running;
	}

	#enter(directKey: string): () => void {
		const hash = hashOf(directKey);
		const slot = slotOf(hash);
		if (Atomics.compareExchange(this.#table, slot, 0n, hash) !== 0n) return () => {};
		return () => {
			Atomics.store(this.#table, slot, 0n);
			Atomics.notify(this.#table, slot);
		};
	}
}

/** Never 0. */
function hashOf(directKey: string): bigint {
	return BigInt.asIntN(64, BigInt(`0x${directKey.slice(0, 16)}`)) || 1n;
}

const slotOf = (hash: bigint): number => Number(BigInt.asUintN(64, hash) % BigInt(slots));

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
