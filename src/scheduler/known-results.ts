import {Lru} from '../lib/lru.js';
import {unpackHints} from '../protocol/dist/job-digest.js';

/** Two megabytes. */
const most = 20_000;

/** Hints of results that one server keeps, as far as is known. One that is wrong costs nothing but a job of the usual length. */
export class KnownResults {
	readonly #hints = new Lru<string, true>(most);

	has(hint: string): boolean {
		return this.#hints.get(hint) === true;
	}

	/** Its result is on its way. */
	expect(hint: string): void {
		this.#hints.set(hint, true);
	}

	forget(hint: string): void {
		this.#hints.delete(hint);
	}

	/** What the server says, beside what was known. */
	told(packed: string): void {
		for (const hint of unpackHints(packed)) this.#hints.set(hint, true);
	}
}
