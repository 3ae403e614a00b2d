import {hash} from 'node:crypto';
import {Lru} from '../lib/lru.js';
import type {CompileRequest} from '../protocol/frames.js';
import type {Manifest} from '../store/store.js';

/**
 * What the same command line was last answered with: that manifest's files are asked after together with the source, which saves the
 * shim a round trip. Only a guess about what to ask; the keys decide as ever.
 */
export class Foresight {
	readonly #last = new Lru<string, WeakRef<Manifest>>(20_000);

	guess(request: CompileRequest): Manifest | undefined {
		return this.#last.get(nameOf(request))?.deref();
	}

	remember(request: CompileRequest, manifest: Manifest): void {
		const name = nameOf(request);
		if (this.#last.get(name)?.deref() !== manifest) {
			this.#last.set(name, new WeakRef(manifest));
		}
	}
}

function nameOf({cwd, compiler, args}: CompileRequest): string {
	return hash('sha1', `${cwd}\0${compiler}\0${args.join('\0')}`, 'base64');
}
