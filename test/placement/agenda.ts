/** What is to happen, soonest first; of the same instant in the order in which it was set. */
export class Agenda {
	readonly #heap: {readonly atMs: number; readonly order: number; readonly act: () => void}[] = [];
	#order = 0;
	nowMs = 0;

	at(atMs: number, act: () => void): void {
		this.#heap.push({atMs: Math.max(atMs, this.nowMs), order: this.#order++, act});
		for (let child = this.#heap.length - 1; child > 0; ) {
			const parent = (child - 1) >> 1;
			if (!this.#before(child, parent)) break;
			this.#swap(child, parent);
			child = parent;
		}
	}

	in(delayMs: number, act: () => void): void {
		this.at(this.nowMs + delayMs, act);
	}

	/** Until nothing is left. */
	run(): void {
		for (let next = this.#pop(); next !== undefined; next = this.#pop()) {
			this.nowMs = next.atMs;
			next.act();
		}
	}

	#pop() {
		const first = this.#heap[0];
		const last = this.#heap.pop();
		if (first === undefined || last === undefined || this.#heap.length === 0) return first;
		this.#heap[0] = last;
		for (let parent = 0; ; ) {
			let least = parent;
			for (const child of [2 * parent + 1, 2 * parent + 2]) {
				if (child < this.#heap.length && this.#before(child, least)) least = child;
			}
			if (least === parent) return first;
			this.#swap(parent, least);
			parent = least;
		}
	}

	#before(one: number, other: number): boolean {
		const [a, b] = [this.#heap[one], this.#heap[other]];
		if (a === undefined || b === undefined) return false;
		return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
	}

	#swap(one: number, other: number): void {
		const [a, b] = [this.#heap[one], this.#heap[other]];
		if (a === undefined || b === undefined) return;
		this.#heap[one] = b;
		this.#heap[other] = a;
	}
}
