import {dirname} from 'node:path/posix';
import {
	changedNs,
	isDangling,
	isMissing,
	isRegularFile,
	keepStamps,
	stampAt,
} from '../protocol/stamp.js';
import type {ShimConnection} from './shim-connection.js';

/** A folder that changed this recently may change again without a new stamp: file systems stamp with a clock that ticks. */
const settledNs = 100_000_000n;

/**
 * What proves that a set of paths is not there: a file can't appear in a folder without changing the folder's own stamp, so the
 * nearest existing folder above each path stands witness for all paths below it. Folders that keep changing stand for nothing:
 * their paths are asked for one by one.
 */
export interface Witness {
	readonly cwd: string;
	readonly folders: readonly string[];
	readonly folderStamps: Buffer;
	/** Which paths each folder stands for. */
	readonly below: ReadonlyMap<string, readonly string[]>;
	readonly single: readonly string[];
	readonly questions: readonly string[];
}

/** What was asked of the shim, and how its answer is to be read. */
export interface AbsenceQuestion {
	readonly absent: readonly string[];
	readonly cwd: string;
	/** To be stat'ed along with everything else of a lookup. */
	readonly paths: readonly string[];
	readonly witness: Witness | undefined;
}

/** Checks that files which would have changed a compile, had they existed, still do not exist; with few calls when nothing changed. */
export class Absences {
	readonly #witnesses = new WeakMap<readonly string[], Witness>();
	readonly #nowNs: () => bigint;

	constructor(nowNs: () => bigint) {
		this.#nowNs = nowNs;
	}

	question(absent: readonly string[], cwd: string): AbsenceQuestion {
		const known = this.#witnesses.get(absent);
		const witness = known?.cwd === cwd ? known : undefined;
		return {absent, cwd, paths: witness?.questions ?? absent, witness};
	}

	/** The first of the absent files that is a regular file now; undefined: none is. `stamps` answers the question's paths. */
	async appeared(
		shim: ShimConnection,
		{absent, cwd, witness}: AbsenceQuestion,
		stamps: Buffer,
	): Promise<string | undefined> {
		if (witness === undefined) {
			const appeared = firstRegularFile(absent, stamps, 0);
			if (appeared === undefined) {
				await this.#findWitness(shim, absent, cwd);
			}
			return appeared;
		}
		const appeared = firstRegularFile(witness.questions, stamps, witness.folders.length);
		if (appeared !== undefined) {
			return appeared;
		}
		const restless = witness.folders.filter(
			(_, index) => !stampAt(witness.folderStamps, index).equals(stampAt(stamps, index)),
		);
		if (restless.length === 0) {
			return undefined;
		}
		const paths = restless.flatMap(folder => witness.below.get(folder) ?? []);
		const late = firstRegularFile(paths, await shim.stat(paths), 0);
		if (late === undefined) {
			this.#dismiss(absent, witness, new Set(restless));
		}
		return late;
	}

	async #findWitness(shim: ShimConnection, absent: readonly string[], cwd: string): Promise<void> {
		const startedNs = this.#nowNs();
		const nearest = await nearestFolders(shim, absent);
		const candidates = [...new Set(nearest.values())];
		const stamps = Buffer.from(await shim.stat(candidates));
		const settled = new Set(
			candidates.filter((_, index) => {
				const stamp = stampAt(stamps, index);
				return !isMissing(stamp) && changedNs(stamp) + settledNs < startedNs;
			}),
		);
		// Looked at once more, now that the folders' stamps are known, so that nothing slips in between.
		const again = await shim.stat(absent);
		const below = new Map<string, string[]>();
		const single: string[] = [];
		for (const [index, path] of absent.entries()) {
			const folder = nearest.get(path);
			const stamp = stampAt(again, index);
			if (isRegularFile(stamp)) {
				return;
			}
			if (folder === undefined || !settled.has(folder) || isDangling(stamp)) {
				single.push(path);
			} else {
				const paths = below.get(folder) ?? [];
				paths.push(path);
				below.set(folder, paths);
			}
		}
		const folders = candidates.filter(folder => below.has(folder));
		const folderStamps = keepStamps(
			folders.map(folder => stampAt(stamps, candidates.indexOf(folder))),
		);
		this.#witnesses.set(absent, {
			cwd,
			folders,
			folderStamps,
			below,
			single,
			questions: [...folders, ...single],
		});
	}

	#dismiss(absent: readonly string[], witness: Witness, restless: ReadonlySet<string>): void {
		const kept = witness.folders.flatMap((folder, index) => (restless.has(folder) ? [] : [index]));
		const folders = kept.map(index => witness.folders[index] as string);
		const single = [
			...witness.single,
			...[...restless].flatMap(folder => witness.below.get(folder) ?? []),
		];
		this.#witnesses.set(absent, {
			...witness,
			folders,
			folderStamps: keepStamps(kept.map(index => stampAt(witness.folderStamps, index))),
			single,
			questions: [...folders, ...single],
		});
	}
}

function firstRegularFile(
	paths: readonly string[],
	stamps: Buffer,
	from: number,
): string | undefined {
	for (let index = from; index < paths.length; index++) {
		if (isRegularFile(stampAt(stamps, index))) {
			return paths[index];
		}
	}
	return undefined;
}

/** The nearest existing folder above each path; none for a path below a link to nothing, where a folder may appear unseen. */
async function nearestFolders(
	shim: ShimConnection,
	paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
	const nearest = new Map<string, string>();
	let pending = paths.map(path => ({path, folder: dirname(path)}));
	while (pending.length > 0) {
		const folders = [...new Set(pending.map(({folder}) => folder))];
		const stamps = await shim.stat(folders);
		const there = new Set(folders.filter((_, index) => !isMissing(stampAt(stamps, index))));
		const dangling = new Set(folders.filter((_, index) => isDangling(stampAt(stamps, index))));
		const next: typeof pending = [];
		for (const {path, folder} of pending) {
			if (there.has(folder)) {
				nearest.set(path, folder);
			} else if (dirname(folder) !== folder && !dangling.has(folder)) {
				next.push({path, folder: dirname(folder)});
			}
		}
		pending = next;
	}
	return nearest;
}
