import {createHash} from 'node:crypto';
import {WeightedLru} from '../lib/weighted-lru.js';

/** What a Buffer and its digest take beside the bytes. */
const entryBytes = 300;

/** Contents of inputs that came before, in memory, by their digests; so a header crosses the network once, not once a job. */
export class KnownInputs {
	readonly #contents: WeightedLru<string, Buffer>;

	constructor(limitBytes: number) {
		this.#contents = new WeightedLru(limitBytes);
	}

	/** `digest`: SHA-256. */
	find(digest: Buffer): Buffer | undefined {
		return this.#contents.get(digest.toString('latin1'));
	}

	/** Under the digest that it has, not one that somebody says. */
	keep(content: Buffer): void {
		const digest = createHash('sha256').update(content).digest().toString('latin1');
		if (this.#contents.get(digest) !== undefined) return;
		// The body that it came in would be kept with it.
		const own = Buffer.from(new ArrayBuffer(content.length));
		content.copy(own);
		this.#contents.set(digest, own, own.length + entryBytes);
	}
}
