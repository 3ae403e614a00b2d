import {createHash} from 'node:crypto';
import {Lru} from '../lib/lru.js';
import {WeightedLru} from '../lib/weighted-lru.js';
import {type ContentMarks, contentMarks} from '../results/content-marks.js';

/** What a Buffer and its digest take beside the bytes. */
const entryBytes = 300;
/** Larger than what is kept: layers outlast the contents that they were made of. */
const mostMarks = 50_000;

/** A content by itself, wherever it lies. */
export interface InputFacts {
	/** SHA-256, hex. */
	readonly digest: string;
	readonly marks: ContentMarks;
}

/** Contents of inputs that came before, in memory, by their digests; so a header crosses the network once, not once a job. */
export class KnownInputs {
	readonly #contents: WeightedLru<string, Buffer>;
	readonly #marks = new Lru<string, ContentMarks>(mostMarks);

	constructor(limitBytes: number) {
		this.#contents = new WeightedLru(limitBytes);
	}

	/** `digest`: SHA-256. */
	find(digest: Buffer): Buffer | undefined {
		return this.#contents.get(digest.toString('latin1'));
	}

	/** Of a content that was kept, if not forgotten since. */
	marksOf(digest: Buffer): ContentMarks | undefined {
		return this.#marks.get(digest.toString('latin1'));
	}

	/** Under the digest that it has, not one that somebody says. */
	keep(content: Buffer): InputFacts {
		const sha = createHash('sha256').update(content).digest();
		const digest = sha.toString('latin1');
		const marks = this.#marks.get(digest) ?? contentMarks(content);
		this.#marks.set(digest, marks);
		if (this.#contents.get(digest) === undefined) {
			// The body that it came in would be kept with it.
			const own = Buffer.from(new ArrayBuffer(content.length));
			content.copy(own);
			this.#contents.set(digest, own, own.length + entryBytes);
		}
		return {digest: sha.toString('hex'), marks};
	}
}

/** Of a content that is not worth keeping. */
export function inputFacts(content: Buffer): InputFacts {
	const digest = createHash('sha256').update(content).digest('hex');
	return {digest, marks: contentMarks(content)};
}
