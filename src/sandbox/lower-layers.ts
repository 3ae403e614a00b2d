import {lstatSync, readlinkSync, type Stats} from 'node:fs';
import {posix} from 'node:path';

export interface Found {
	/** Undefined: nothing is there. */
	readonly stat: Stats | undefined;
	/** What a link holds. */
	readonly target: string | undefined;
}

const nothing: Found = {stat: undefined, target: undefined};

/** What a job finds at a path before anything is placed for it: in folders that lie one upon the other, and that nobody writes. */
export class LowerLayers {
	/** The uppermost first. */
	readonly #roots: readonly string[];
	readonly #found = new Map<string, Found>();

	constructor(roots: readonly string[]) {
		this.#roots = roots;
		this.#found.set('/', this.#look('/'));
	}

	/** `path`: absolute, its folders resolved. */
	find(path: string): Found {
		const known = this.#found.get(path);
		if (known !== undefined) return known;
		// Most of what is asked for is not there, nor is its folder.
		const isFolder = this.find(posix.dirname(path)).stat?.isDirectory();
		const found = isFolder ? this.#look(path) : nothing;
		this.#found.set(path, found);
		return found;
	}

	#look(path: string): Found {
		for (const root of this.#roots) {
			const stat = lstatSync(root + path, {throwIfNoEntry: false});
			if (stat === undefined) continue;
			return {stat, target: stat.isSymbolicLink() ? readlinkSync(root + path) : undefined};
		}
		return nothing;
	}
}
