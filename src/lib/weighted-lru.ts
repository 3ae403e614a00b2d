/** A map that forgets what was not asked for longest, once its values together weigh too much. */
export class WeightedLru<Key, Value> {
	readonly #values = new Map<Key, {readonly value: Value; readonly weight: number}>();
	readonly #limit: number;
	#weight = 0;

	constructor(limit: number) {
		this.#limit = limit;
	}

	get weight(): number {
		return this.#weight;
	}

	get(key: Key): Value | undefined {
		const found = this.#values.get(key);
		if (found !== undefined) {
			this.#values.delete(key);
			this.#values.set(key, found);
		}
		return found?.value;
	}

	/** The newest value stays, whatever it weighs. */
	set(key: Key, value: Value, weight: number): void {
		this.delete(key);
		this.#values.set(key, {value, weight});
		this.#weight += weight;
		for (const oldest of this.#values.keys()) {
			if (this.#weight <= this.#limit || oldest === key) break;
			this.delete(oldest);
		}
	}

	delete(key: Key): void {
		this.#weight -= this.#values.get(key)?.weight ?? 0;
		this.#values.delete(key);
	}

	clear(): void {
		this.#values.clear();
		this.#weight = 0;
	}
}
