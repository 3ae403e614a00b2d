interface Weighed<Value> {
	readonly value: Value;
	readonly weight: number;
}

/**
 * A map that forgets what was not asked for lately, once its values together weigh too much. In two generations: what is asked for
 * moves to the young one, and when that weighs half the limit it becomes the old one, whose rest is forgotten. Cheaper to ask than
 * keeping all values in order.
 */
export class WeightedLru<Key, Value> {
	#young = new Map<Key, Weighed<Value>>();
	#old = new Map<Key, Weighed<Value>>();
	readonly #limit: number;
	#weight = 0;

	constructor(limit: number) {
		this.#limit = limit;
	}

	get(key: Key): Value | undefined {
		const young = this.#young.get(key);
		if (young !== undefined) return young.value;
		const old = this.#old.get(key);
		if (old !== undefined) this.set(key, old.value, old.weight);
		return old?.value;
	}

	/** The newest value stays, whatever it weighs. */
	set(key: Key, value: Value, weight: number): void {
		this.#weight -= this.#young.get(key)?.weight ?? 0;
		if (this.#weight + weight > this.#limit / 2) {
			this.#young.delete(key);
			this.#old = this.#young;
			this.#young = new Map();
			this.#weight = 0;
		}
		this.#old.delete(key);
		this.#young.set(key, {value, weight});
		this.#weight += weight;
	}

	clear(): void {
		this.#young.clear();
		this.#old.clear();
		this.#weight = 0;
	}
}
