/** Work that goes on under a key, for all who want what comes of it. */
export class Flights<Value> {
	readonly #running = new Map<string, Promise<Value>>();

	/** Work under the key that goes on now; it may fail. */
	of(key: string): Promise<Value> | undefined {
		return this.#running.get(key);
	}

	/**
	 * Begins it, unless the key has some: then this is done beside it. `shared`: what others get of it, or an error for them;
	 * the key stays taken until `landed` has come true, so that nobody misses both the work and what is kept of it.
	 */
	async lead<Own>(
		key: string,
		work: () => Promise<Own>,
		{shared, landed}: {shared: (own: Own) => Value; landed: (own: Own) => Promise<void>},
	): Promise<Own> {
		const own = work();
		if (!this.#running.has(key)) {
			const flight = own.then(shared);
			this.#running.set(key, flight);
			const over = () => this.#running.delete(key);
			flight.then(async () => landed(await own)).then(over, over);
		}
		return own;
	}
}
