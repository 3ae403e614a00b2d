import {LookupTable, type SearchChain} from '../../compiler/include-search.js';
import {keepStamps, stampAt} from '../../protocol/stamp.js';
import type {Absences} from '../absences.js';
import {type PathState, PathStates, stateOf} from '../path-states.js';
import type {ShimConnection} from '../shim-connection.js';

/** What one compile looked at. */
interface Look {
	readonly present: readonly string[];
	/** Of these, in their order. */
	readonly stamps: Buffer;
	readonly absent: readonly string[];
	readonly states: ReadonlyMap<string, PathState>;
}

const nothing: Look = {present: [], stamps: Buffer.alloc(0), absent: [], states: new Map()};
/** Asking for what compiles do not look at is waste, too, if it goes on. */
const mostNeedless = 2;
const mostWasteful = 8;
/** Some ten megabytes. */
const mostPaths = 60_000;

/**
 * What compiles that search in one way looked at: the next one looks at much the same, and so asks for all of it at once. That is only
 * a guess about what to ask: each path is what the shim says of it now.
 */
export class SearchMemory {
	readonly #chain: SearchChain;
	#lookups: LookupTable;
	#last = nothing;
	/** So many in a row. */
	#wasteful = 0;

	constructor(chain: SearchChain) {
		this.#chain = chain;
		this.#lookups = new LookupTable(chain);
	}

	/** What each file makes a compile look for. */
	get lookups(): LookupTable {
		if (this.#lookups.pathCount > mostPaths) this.#lookups = new LookupTable(this.#chain);
		return this.#lookups;
	}

	/** All of it as it is now. */
	async look(shim: ShimConnection, absences: Absences, cwd: string): Promise<PathStates> {
		const last = this.#last;
		if (last === nothing) return new PathStates(shim);
		const question = absences.question(last.absent, cwd);
		const answer = await shim.stat([...last.present, ...question.paths]);
		const stamps = answer.subarray(0, last.stamps.length);
		const rest = answer.subarray(last.stamps.length);
		const isAsItWas = stamps.equals(last.stamps);
		const appeared = await absences.appeared(shim, question, rest);
		if (isAsItWas && appeared === undefined) return new PathStates(shim, last.states);
		const states = new Map(appeared === undefined ? last.states : []);
		for (const [index, path] of last.present.entries()) {
			const stamp = stampAt(stamps, index);
			const known = last.states.get(path);
			states.set(path, known?.stamp.equals(stamp) === true ? known : stateOf(stamp));
		}
		this.#last = lookOf(states);
		return new PathStates(shim, states);
	}

	/** This compile searched `paths`. */
	remember(states: PathStates, paths: ReadonlySet<string>): void {
		if (paths.size > mostPaths) {
			this.#last = nothing;
			return;
		}
		const isNeedless = states.count > mostNeedless * paths.size;
		this.#wasteful = isNeedless ? this.#wasteful + 1 : 0;
		const isToShrink = this.#wasteful > mostWasteful || states.count > mostPaths;
		if (!isToShrink && !states.hasAsked(paths)) return;
		this.#last = lookOf(isToShrink ? states.among(paths) : states.givenAnd(paths));
	}
}

function lookOf(states: ReadonlyMap<string, PathState>): Look {
	const all = [...states];
	const present = all.filter(([, {state}]) => state !== 'absent');
	const stamps = keepStamps(present.map(([, {stamp}]) => stamp));
	return {
		present: present.map(([path]) => path),
		stamps,
		absent: all.flatMap(([path, {state}]) => (state === 'absent' ? [path] : [])),
		states: new Map([
			...all,
			...present.map(
				([path, state], index) => [path, {...state, stamp: stampAt(stamps, index)}] as const,
			),
		]),
	};
}
