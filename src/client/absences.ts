import {dirname} from 'node:path/posix';
import {precompiledName} from '../compiler/include-search.js';
import {
	changedNs,
	isDangling,
	isKnownAbsent,
	isMissing,
	isRegularFile,
	keepStamps,
	stampAt,
} from '../protocol/stamp.js';
import {AbsentPaths, type Witness} from './absent-paths.js';
import type {ShimConnection} from './shim-connection.js';

/** A folder that changed this recently may change again without a new stamp: file systems stamp with a clock that ticks. */
const settledNs = 100_000_000n;
/** FAT's clock ticks every two seconds, that of ext4 with small inodes every second. */
const settledCoarselyNs = 2_100_000_000n;
const secondNs = 1_000_000_000n;
/** So many paths cost as much as the search for what stands for them. */
const worthSearching = 24;

/**
 * What proves that a set of paths is not there: a file can't appear in a folder without changing the folder's own stamp, so the
 * nearest existing folder above each path stands witness for all paths below it. Folders that keep changing stand for nothing:
 * their paths are asked for one by one.
 */
interface Proof {
	readonly cwd: string;
	readonly witnesses: readonly Witness[];
	/** Which paths each witness stands for. */
	readonly below: ReadonlyMap<Witness, readonly string[]>;
	readonly single: readonly string[];
	readonly questions: readonly string[];
	/** Of what was known then. */
	readonly generation: number;
}

/** What was asked of the shim, and how its answer is to be read. */
export interface AbsenceQuestion {
	readonly absent: readonly string[];
	/** To be stat'ed along with everything else of a lookup. */
	readonly paths: readonly string[];
	readonly proof: Proof;
}

/** Checks that files which would have changed a compile, had they existed, still do not exist; with few calls when nothing changed. */
export class Absences {
	readonly #proofs = new WeakMap<readonly string[], Proof>();
	readonly #paths = new AbsentPaths();
	readonly #nowNs: () => bigint;

	constructor(nowNs: () => bigint) {
		this.#nowNs = nowNs;
	}

	question(absent: readonly string[], cwd: string): AbsenceQuestion {
		const known = this.#proofs.get(absent);
		const proof = known?.cwd === cwd && this.#isFresh(known) ? known : this.#prove(absent, cwd);
		return {absent, paths: proof.questions, proof};
	}

	/** The first of the absent files that is a regular file now; undefined: none is. `stamps` answers the question's paths. */
	async appeared(
		shim: ShimConnection,
		{absent, proof}: AbsenceQuestion,
		stamps: Buffer,
	): Promise<string | undefined> {
		const {witnesses, single, cwd} = proof;
		const appeared = firstThere(proof.questions, stamps, witnesses.length);
		if (appeared !== undefined) return appeared;
		const changed = witnesses.filter(({stamp}, index) => !stamp.equals(stampAt(stamps, index)));
		if (changed.length > 0) {
			const paths = changed.flatMap(witness => proof.below.get(witness) ?? []);
			const late = firstThere(paths, await shim.stat(paths), 0);
			if (late !== undefined) return late;
			for (const witness of changed) this.#paths.dismiss(witness, this.#nowNs());
			this.#proofs.delete(absent);
		}
		const again = this.#paths.worthTrying(
			single.map(path => absolute(path, cwd)),
			this.#nowNs(),
		);
		if (again.length >= worthSearching) {
			await this.#search(shim, again);
			this.#proofs.delete(absent);
		}
		return undefined;
	}

	/** One that asks for much by itself is made anew when more is known. */
	#isFresh({single, generation}: Proof): boolean {
		return single.length < worthSearching || generation === this.#paths.generation;
	}

	/** From what is known of its paths. */
	#prove(absent: readonly string[], cwd: string): Proof {
		const below = new Map<Witness, string[]>();
		const single: string[] = [];
		for (const path of absent) {
			const witness = this.#paths.witness(absolute(path, cwd));
			const paths = witness && below.get(witness);
			if (witness === undefined) single.push(path);
			else if (paths === undefined) below.set(witness, [path]);
			else paths.push(path);
		}
		const witnesses = [...below.keys()];
		const questions = [...witnesses.map(({folder}) => folder), ...single];
		const {generation} = this.#paths;
		const proof = {cwd, witnesses, below, single, questions, generation};
		this.#proofs.set(absent, proof);
		return proof;
	}

	/** What stands for these paths from now on. */
	async #search(shim: ShimConnection, paths: readonly string[]): Promise<void> {
		const startedNs = this.#nowNs();
		this.#paths.tried(paths, startedNs);
		const nearest = await nearestFolders(shim, paths);
		const candidates = [...new Set(nearest.values())];
		const stamps = Buffer.from(await shim.stat(candidates));
		const settled = new Map(
			candidates.flatMap((folder, index): [string, Buffer][] => {
				const stamp = stampAt(stamps, index);
				return isSettled(stamp, startedNs) && !this.#paths.isRestless(folder, startedNs)
					? [[folder, stamp]]
					: [];
			}),
		);
		// Looked at once more, now that the folders' stamps are known, so that nothing slips in between.
		const again = await shim.stat(paths);
		const below = new Map<string, string[]>();
		for (const [index, path] of paths.entries()) {
			const folder = nearest.get(path);
			if (folder === undefined || !settled.has(folder)) continue;
			// What a link leads to may change without it, and what may not be looked at may be there.
			if (!isKnownAbsent(stampAt(again, index))) continue;
			const others = below.get(folder);
			if (others === undefined) below.set(folder, [path]);
			else others.push(path);
		}
		for (const [folder, absent] of below) {
			this.#paths.learn(folder, keepStamps([settled.get(folder) as Buffer]), absent);
		}
	}
}

const absolute = (path: string, cwd: string): string =>
	path.startsWith('/') ? path : `${cwd}/${path}`;

function isSettled(stamp: Buffer, nowNs: bigint): boolean {
	if (isMissing(stamp)) return false;
	const changed = changedNs(stamp);
	const isCoarse = changed % secondNs === 0n;
	return changed + (isCoarse ? settledCoarselyNs : settledNs) < nowNs;
}

/** The first that a compiler would take now: a file, or a folder of precompiled headers. */
function firstThere(paths: readonly string[], stamps: Buffer, from: number): string | undefined {
	for (let index = from; index < paths.length; index++) {
		const path = paths[index] as string;
		const stamp = stampAt(stamps, index);
		if (isRegularFile(stamp) || (!isMissing(stamp) && precompiledName.test(path))) return path;
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
