import type {CandidateState, Lookup} from '../compiler/include-search.js';
import {fileIdentity, isMissing, isRegularFile, stampAt} from '../protocol/stamp.js';
import type {ShimConnection} from './shim-connection.js';

const absent: CandidateState = {state: 'absent'};
const other: CandidateState = {state: 'other'};

/** What the candidates of lookups are, asked of the shim, each once. */
export class CandidateStates {
	readonly #states = new Map<string, CandidateState>();
	readonly #shim: Pick<ShimConnection, 'stat'>;

	constructor(shim: Pick<ShimConnection, 'stat'>) {
		this.#shim = shim;
	}

	async learn(all: readonly Lookup[]): Promise<void> {
		const paths = new Set<string>();
		for (const {candidates} of all) {
			for (const path of candidates) if (!this.#states.has(path)) paths.add(path);
		}
		if (paths.size === 0) return;
		const asked = [...paths];
		const stamps = await this.#shim.stat(asked);
		for (const [index, path] of asked.entries()) {
			const stamp = stampAt(stamps, index);
			if (isRegularFile(stamp)) {
				this.#states.set(path, {state: 'file', file: fileIdentity(stamp)});
			} else {
				this.#states.set(path, isMissing(stamp) ? absent : other);
			}
		}
	}

	of(path: string): CandidateState {
		return this.#states.get(path) ?? absent;
	}
}
