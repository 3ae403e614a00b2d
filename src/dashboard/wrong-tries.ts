import {Lru} from '../lib/lru.js';

const windowMs = 60_000;
/** In that time, from one address, and from all. */
const mostOfOne = 10;
const mostOfAll = 200;
const mostAddresses = 10_000;

interface Tries {
	readonly sinceMs: number;
	count: number;
}

/** Wrong tokens, so that nobody can try many. */
export class WrongTries {
	readonly #ofOne = new Lru<string, Tries>(mostAddresses);
	readonly #now: () => number;
	#ofAll: Tries = {sinceMs: 0, count: 0};

	constructor(now: () => number) {
		this.#now = now;
	}

	/** Whether no token from there is looked at for now. */
	isTooMany(address: string): boolean {
		return this.#current(this.#ofAll) >= mostOfAll || this.#of(address) >= mostOfOne;
	}

	add(address: string): void {
		this.#ofAll = this.#oneMore(this.#ofAll);
		this.#ofOne.set(address, this.#oneMore(this.#ofOne.get(address)));
	}

	#of(address: string): number {
		const tries = this.#ofOne.get(address);
		return tries === undefined ? 0 : this.#current(tries);
	}

	#current({sinceMs, count}: Tries): number {
		return this.#now() - sinceMs < windowMs ? count : 0;
	}

	#oneMore(tries: Tries | undefined): Tries {
		if (tries === undefined || this.#current(tries) === 0) return {sinceMs: this.#now(), count: 1};
		return {sinceMs: tries.sinceMs, count: tries.count + 1};
	}
}
