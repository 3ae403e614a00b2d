import type {CandidateState, Lookup} from '../compiler/include-search.js';
import {stampBytes} from '../protocol/frames.js';
import {
	absentStamp,
	fileIdentity,
	isKnownAbsent,
	isMissing,
	isRegularFile,
	stampAt,
} from '../protocol/stamp.js';
import type {ShimConnection} from './shim-connection.js';

export type PathState = CandidateState & {readonly stamp: Buffer};

const absent: PathState = {state: 'absent', stamp: absentStamp};

/** What paths were when this compile looked at them, asked of the shim, each once. */
export class PathStates {
	readonly #shim: Pick<ShimConnection, 'stat'>;
	readonly #given: ReadonlyMap<string, PathState>;
	readonly #asked = new Map<string, PathState>();

	/** `given`: what is known already, as it is now. */
	constructor(
		shim: Pick<ShimConnection, 'stat'>,
		given: ReadonlyMap<string, PathState> = new Map(),
	) {
		this.#shim = shim;
		this.#given = given;
	}

	/** Of those paths that are known. */
	among(paths: ReadonlySet<string>): ReadonlyMap<string, PathState> {
		const known = new Map<string, PathState>();
		for (const path of paths) if (this.#isKnown(path)) known.set(path, this.of(path));
		return known;
	}

	givenAnd(paths: ReadonlySet<string>): ReadonlyMap<string, PathState> {
		return new Map([...this.#given, ...this.among(paths)]);
	}

	/** Whether one of these was not given. */
	hasAsked(paths: ReadonlySet<string>): boolean {
		for (const path of this.#asked.keys()) if (paths.has(path)) return true;
		return false;
	}

	get count(): number {
		return this.#given.size + this.#asked.size;
	}

	async learn(all: readonly Lookup[]): Promise<void> {
		const paths = new Set<string>();
		for (const {candidates} of all) {
			for (const path of candidates) if (!this.#isKnown(path)) paths.add(path);
		}
		await this.#ask([...paths]);
	}

	of(path: string): PathState {
		return this.#given.get(path) ?? this.#asked.get(path) ?? absent;
	}

	/** As the shim's STAMPS. */
	async stamps(paths: readonly string[]): Promise<Buffer> {
		await this.#ask(paths.filter(path => !this.#isKnown(path)));
		const stamps = Buffer.allocUnsafe(paths.length * stampBytes);
		for (const [index, path] of paths.entries())
			stamps.set(this.of(path).stamp, index * stampBytes);
		return stamps;
	}

	#isKnown(path: string): boolean {
		return this.#given.has(path) || this.#asked.has(path);
	}

	async #ask(paths: readonly string[]): Promise<void> {
		if (paths.length === 0) return;
		const stamps = await this.#shim.stat(paths);
		for (const [index, path] of paths.entries()) {
			this.#asked.set(path, stateOf(stampAt(stamps, index)));
		}
	}
}

export function stateOf(stamp: Buffer): PathState {
	if (isKnownAbsent(stamp)) return absent;
	if (isRegularFile(stamp)) return {state: 'file', file: fileIdentity(stamp), stamp};
	return {state: isMissing(stamp) ? 'absent' : 'other', stamp};
}
