import {readFileSync, renameSync} from 'node:fs';
import {z} from 'zod';
import {stageFile} from '../lib/atomic-file.js';
import {systemCode} from '../lib/errors.js';
import type {Staging} from './staging.js';

const form = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

type Known = Readonly<Record<string, string>>;

/**
 * Which archive a compiler was packed into, by what is quickly known of it; a JSON file. Of two that write at once one is forgotten,
 * which costs packing again and nothing else; so does a file that is damaged.
 */
export class WeakKeys {
	readonly #file: string;
	readonly #staging: Staging;
	#known: Known;

	constructor(file: string, staging: Staging) {
		this.#file = file;
		this.#staging = staging;
		this.#known = this.#read();
	}

	get(key: string): string | undefined {
		return this.#known[key];
	}

	/** Also sees what other threads and processes wrote. */
	getFresh(key: string): string | undefined {
		this.#known = this.#read();
		return this.get(key);
	}

	/** Keeps of the others those that are still wanted. */
	set(key: string, id: string, wanted: (id: string) => boolean): void {
		const others = Object.entries(this.#read()).filter(([, other]) => wanted(other));
		this.#known = {...Object.fromEntries(others), [key]: id};
		const staged = this.#staging.path();
		stageFile(staged, [Buffer.from(JSON.stringify(this.#known))], 0o600);
		renameSync(staged, this.#file);
	}

	#read(): Known {
		try {
			return form.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
		} catch (error) {
			const worthless = error instanceof SyntaxError || error instanceof z.ZodError;
			if (!worthless && systemCode(error) === undefined) throw error;
			return {};
		}
	}
}
