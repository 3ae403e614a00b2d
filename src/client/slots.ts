/** Gives one back; of no effect the second time. */
export type Release = () => void;

/** So many at a time; who comes later waits, in order. */
export class Slots {
	readonly size: number;
	#taken = 0;
	#askedMs = 0;
	readonly #waiting: (() => void)[] = [];

	constructor(size: number) {
		this.size = size;
	}

	get free(): number {
		return this.#waiting.length > 0 ? 0 : Math.max(0, this.size - this.#taken);
	}

	/** Those that have one, and those that wait. */
	get asked(): number {
		return this.#taken + this.#waiting.length;
	}

	/** What all of these should take together, as they said. */
	get askedMs(): number {
		return this.#askedMs;
	}

	/** Undefined when none is free. */
	tryTake(expectedMs = 0): Release | undefined {
		if (this.free === 0) return undefined;
		this.#askedMs += expectedMs;
		return this.#give(expectedMs);
	}

	/** `signal`: who goes away while waiting loses its place, and the promise is rejected with the signal's reason. */
	take(signal: AbortSignal, expectedMs = 0): Promise<Release> {
		if (signal.aborted) return Promise.reject(signal.reason);
		const release = this.tryTake(expectedMs);
		if (release !== undefined) return Promise.resolve(release);
		this.#askedMs += expectedMs;
		return new Promise((resolve, reject) => {
			const leave = () => {
				this.#askedMs -= expectedMs;
				this.#waiting.splice(this.#waiting.indexOf(serve), 1);
				reject(signal.reason);
			};
			const serve = () => {
				signal.removeEventListener('abort', leave);
				resolve(this.#give(expectedMs));
			};
			this.#waiting.push(serve);
			signal.addEventListener('abort', leave, {once: true});
		});
	}

	#give(expectedMs: number): Release {
		this.#taken++;
		let given = true;
		return () => {
			if (!given) return;
			given = false;
			this.#taken--;
			this.#askedMs -= expectedMs;
			if (this.#taken < this.size) this.#waiting.shift()?.();
		};
	}
}
