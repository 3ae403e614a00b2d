/** Compiles under way in this worker, by direct key. */
export class InFlight {
	readonly #running = new Map<string, Promise<unknown>>();

	/** Resolves when the same compile that began earlier has been stored or failed; undefined when there is none. */
	twin(directKey: string): Promise<void> | undefined {
		// What it made is stored in the turn in which it ends.
		return this.#running.get(directKey)?.then(nextTurn, nextTurn);
	}

	during<Result>(directKey: string, work: () => Promise<Result>): Promise<Result> {
		const running = work();
		this.#running.set(directKey, running);
		const end = () => {
			if (this.#running.get(directKey) === running) this.#running.delete(directKey);
		};
		running.then(end, end);
		return running;
	}
}

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
