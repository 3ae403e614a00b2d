import {pathWithoutRoots} from './paths.js';
import {areNone, mentionsRoots, type Roots} from './roots.js';

/** GCC manual, cpp, "Preprocessor Output". */
const marker = /^(# \d+ ")((?:[^"\\]|\\.)*)("(?: \d)*)$/;

/** Text from the preprocessor, with placeholders for the roots in its linemarkers, while it passes by. */
export class PreprocessedText {
	readonly #roots: Roots;
	#rest = '';
	#named = false;

	constructor(roots: Roots) {
		this.#roots = roots;
	}

	/** Whether a root is named outside of linemarkers, as `__FILE__` leaves it. Of all text so far but the last line. */
	get namesRoots(): boolean {
		return this.#named;
	}

	/** What of it is complete. */
	push(chunk: Buffer): string | Buffer {
		if (areNone(this.#roots)) return chunk;
		const text = this.#rest + chunk.toString('latin1');
		const end = text.lastIndexOf('\n') + 1;
		this.#rest = text.slice(end);
		return this.#without(text.slice(0, end));
	}

	/** The last line. */
	end(): string {
		const rest = this.#rest;
		this.#rest = '';
		return this.#without(rest);
	}

	#without(text: string): string {
		if (!mentionsRoots(this.#roots, text)) return text;
		return text
			.split('\n')
			.map(line => {
				if (!mentionsRoots(this.#roots, line)) return line;
				const [, head, path, tail] = marker.exec(line) ?? [];
				if (path === undefined) {
					this.#named = true;
					return line;
				}
				return `${head}${pathWithoutRoots(this.#roots, path)}${tail}`;
			})
			.join('\n');
	}
}
