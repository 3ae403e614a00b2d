/** What is still to be written, in the background: a few at a time, and never more than fits. */
export class WriteQueue {
	readonly #limits: QueueLimits;
	readonly #waiting: Work[] = [];
	#heldBytes = 0;
	#running = 0;
	#onIdle: (() => void)[] = [];

	constructor(limits: QueueLimits) {
		this.#limits = limits;
	}

	/** False: there is no room for it. `run` does not throw. */
	add(sizeBytes: number, run: () => Promise<void>): boolean {
		const {mostBytes, most} = this.#limits;
		const held = this.#waiting.length + this.#running;
		if (held >= most || this.#heldBytes + sizeBytes > mostBytes) return false;
		this.#heldBytes += sizeBytes;
		this.#waiting.push({sizeBytes, run});
		this.#next();
		return true;
	}

	/** Waits until all is written, but no longer than this; what is left then is dropped, and its number comes back. */
	async drain(longestMs: number): Promise<number> {
		if (this.#running > 0) {
			let timer: NodeJS.Timeout | undefined;
			const idle = new Promise<void>(resolve => this.#onIdle.push(resolve));
			const late = new Promise<void>(resolve => {
				timer = setTimeout(resolve, longestMs);
			});
			await Promise.race([idle, late]);
			clearTimeout(timer);
		}
		const dropped = this.#waiting.length;
		this.#waiting.length = 0;
		return dropped;
	}

	#next(): void {
		while (this.#running < this.#limits.atOnce) {
			const work = this.#waiting.shift();
			if (work === undefined) break;
			this.#running++;
			void work.run().finally(() => {
				this.#running--;
				this.#heldBytes -= work.sizeBytes;
				this.#next();
			});
		}
		if (this.#running > 0) return;
		for (const resolve of this.#onIdle) resolve();
		this.#onIdle = [];
	}
}

export interface QueueLimits {
	readonly mostBytes: number;
	readonly most: number;
	readonly atOnce: number;
}

interface Work {
	readonly sizeBytes: number;
	readonly run: () => Promise<void>;
}
