import {realpathSync} from 'node:fs';
import {Lru} from '../../lib/lru.js';
import {fileIdentity} from '../../protocol/stamp.js';
import {localStamp} from '../../toolchain/program-digest.js';

const mostKnown = 20_000;

/**
 * gcc calls a header of the system by its real path where that is shorter (GCC manual, -fno-canonical-system-headers): dependency files,
 * debug information and diagnostics show it. On a server no header is a link, so that a link's own name would be shown there.
 */
export class CanonicalNames {
	readonly #differ = new Lru<string, boolean>(mostKnown);

	/** Whether a server would call it otherwise. `path`: as spelled; `stamp`: of the file, as the compile sees it. */
	differ(path: string, absolute: string, stamp: Buffer): boolean {
		const key = `${absolute}\0${path.length}\0${fileIdentity(stamp)}`;
		let differ = this.#differ.get(key);
		if (differ === undefined) {
			differ = nameOf(path, realPath(absolute, stamp)) !== nameOf(path, absolute);
			this.#differ.set(key, differ);
		}
		return differ;
	}
}

const nameOf = (spelled: string, real: string | undefined): string | undefined =>
	real !== undefined && real.length >= spelled.length ? spelled : real;

/** Undefined where this process does not see the same file. */
function realPath(path: string, stamp: Buffer): string | undefined {
	try {
		return localStamp(path).equals(stamp) ? realpathSync.native(path) : undefined;
	} catch {
		return undefined;
	}
}
