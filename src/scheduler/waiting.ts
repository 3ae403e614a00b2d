import type {JobFacts} from '../placement/facts.js';
import type {Subject} from './job.js';

/** A job that waits for a server. */
export interface Waiter {
	/** Whose it is. */
	readonly client: string;
	readonly wanted: JobFacts;
	readonly subject: Subject;
	readonly sinceMs: number;
	/** Of all that wait. */
	readonly number: number;
	readonly deadlineMs: number;
	/** False: not now. Else it has what it came for, whatever that is. */
	tryNow(): boolean;
	/** Its time is over. */
	giveUp(): void;
}

/** Jobs that wait: of each client in their order, and the clients in turns. */
export class Waiting {
	/** The client whose turn it is comes first. */
	readonly #clients = new Map<string, Waiter[]>();
	/** Of jobs that found no room since there was last news of any. */
	readonly #hopeless = new Set<string>();
	#size = 0;
	#numbers = 0;

	get size(): number {
		return this.#size;
	}

	/** For a waiter that is about to be added. */
	nextNumber(): number {
		return ++this.#numbers;
	}

	/** In no order that matters. */
	*all(): Generator<Waiter> {
		for (const own of this.#clients.values()) yield* own;
	}

	/** It comes after those that already wait, and at once if there are none of its kind. */
	add(waiter: Waiter): void {
		if (!this.#hopeless.has(kindOf(waiter.wanted)) && waiter.tryNow()) return;
		this.#hopeless.add(kindOf(waiter.wanted));
		const own = this.#clients.get(waiter.client);
		if (own === undefined) this.#clients.set(waiter.client, [waiter]);
		else own.push(waiter);
		this.#size++;
	}

	remove(waiter: Waiter): void {
		const own = this.#clients.get(waiter.client) ?? [];
		const index = own.indexOf(waiter);
		if (index === -1) return;
		own.splice(index, 1);
		this.#size--;
		if (own.length === 0) this.#clients.delete(waiter.client);
	}

	/** There is news of room: one job of each client in turn, until nothing more fits. */
	proceed(): void {
		this.#hopeless.clear();
		const open = new Set(this.#clients.keys());
		while (open.size > 0) {
			for (const client of open) {
				if (!this.#proceedWith(client)) open.delete(client);
			}
		}
	}

	/** Ends the wait of those whose deadline has come. */
	expire(nowMs: number): void {
		for (const own of [...this.#clients.values()]) {
			for (const waiter of own.filter(({deadlineMs}) => deadlineMs <= nowMs)) {
				this.remove(waiter);
				waiter.giveUp();
			}
		}
	}

	/** One job of a client; false when it has none that fits. */
	#proceedWith(client: string): boolean {
		for (const waiter of this.#clients.get(client) ?? []) {
			const kind = kindOf(waiter.wanted);
			if (this.#hopeless.has(kind)) continue;
			if (!waiter.tryNow()) {
				this.#hopeless.add(kind);
				continue;
			}
			this.remove(waiter);
			const rest = this.#clients.get(client);
			// To the end of the line.
			if (rest !== undefined) this.#clients.delete(client) && this.#clients.set(client, rest);
			return true;
		}
		return false;
	}
}

/** Jobs that are alike in this find room alike. */
function kindOf({arch, toolchain, memoryBytes, avoid}: JobFacts): string {
	return `${arch} ${toolchain} ${memoryBytes} ${[...avoid].join()}`;
}
