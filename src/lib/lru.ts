/** A map that forgets what was not asked for longest. */
export class Lru<Key, Value> {
	readonly #values = new Map<Key, Value>();
	readonly #limit: number;

	constructor(limit: number) {
		this.#limit = limit;
	}

	get size(): number {
		return this.#values.size;
	}

	get(key: Key): Value | undefined {
		const value = this.#values.get(key);
		if (value !== undefined) {
			this.#values.delete(key);
			this.#values.set(key, value);
		}
		return value;
	}

	set(key: Key, value: Value): void {
		this.#values.delete(key);
		this.#values.set(key, value);
		if (this.#values.size > this.#limit) {
			const oldest = this.#values.keys().next();
			if (!oldest.done) {
				this.#values.delete(oldest.value);
			}
		}
	}

	delete(key: Key): void {
		this.#values.delete(key);
	}

	clear(): void {
		this.#values.clear();
	}
}
