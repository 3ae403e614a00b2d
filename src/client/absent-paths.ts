import {Lru} from '../lib/lru.js';
import {WeightedLru} from '../lib/weighted-lru.js';

/** A folder as it was when paths below it were found to be absent. */
export interface Witness {
	readonly folder: string;
	readonly stamp: Buffer;
	/** False once it is known to have changed. */
	stands: boolean;
}

const mostPaths = 60_000;
const mostFolders = 10_000;
/** For so long a folder that changed is not trusted to keep still, and a path that nothing stood for is not tried again. */
const restNs = 60_000_000_000n;

/**
 * Which folder stands for the absence of a path: nothing can appear below it without changing its stamp. Of all lists, since sources
 * of one package look for the same headers in the same places. Paths are absolute.
 */
export class AbsentPaths {
	readonly #witnesses = new WeightedLru<string, Witness>(mostPaths);
	readonly #folders = new Lru<string, Witness>(mostFolders);
	readonly #restlessUntilNs = new Lru<string, bigint>(mostFolders);
	/** When paths that nothing stands for were last tried; 0: they were only asked for. */
	readonly #triedNs = new WeightedLru<string, bigint>(mostPaths);
	#generation = 0;

	/** Another one: more is known. */
	get generation(): number {
		return this.#generation;
	}

	witness(path: string): Witness | undefined {
		const witness = this.#witnesses.get(path);
		return witness?.stands === true ? witness : undefined;
	}

	/** Every one of the paths was absent after the folder had the stamp, which tells any later change. */
	learn(folder: string, stamp: Buffer, paths: readonly string[]): void {
		const known = this.#folders.get(folder);
		const isSame = known?.stands === true && known.stamp.equals(stamp);
		if (known !== undefined && !isSame) known.stands = false;
		const witness = isSame ? known : {folder, stamp, stands: true};
		this.#folders.set(folder, witness);
		for (const path of paths) this.#witnesses.set(path, witness, 1);
		this.#generation++;
	}

	/** Its folder has changed since: it stands for nothing any more, and no other does so soon. */
	dismiss(witness: Witness, nowNs: bigint): void {
		if (!witness.stands) return;
		witness.stands = false;
		this.#restlessUntilNs.set(witness.folder, nowNs + restNs);
	}

	isRestless(folder: string, nowNs: bigint): boolean {
		return (this.#restlessUntilNs.get(folder) ?? 0n) > nowNs;
	}

	/** Those that were asked for before, and not tried of late. */
	worthTrying(paths: readonly string[], nowNs: bigint): readonly string[] {
		return paths.filter(path => {
			const triedNs = this.#triedNs.get(path);
			if (triedNs === undefined) this.#triedNs.set(path, 0n, 1);
			return triedNs !== undefined && triedNs + restNs < nowNs;
		});
	}

	tried(paths: readonly string[], nowNs: bigint): void {
		for (const path of paths) this.#triedNs.set(path, nowNs, 1);
	}
}
