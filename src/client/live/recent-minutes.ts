import type {LiveSums} from '../../protocol/live.js';
import {type CompileSums, counts, noCompiles, withCompile} from '../../stats/compile-sums.js';
import type {CompileRecord} from '../../stats/record.js';

export const minutesKept = 30;
const minuteMs = 60_000;

/** What compiles of the last minutes came to, by the minute in which they ended. */
export class RecentMinutes {
	/** A minute's place is its remainder. */
	readonly #minutes: {minute: number; sums: CompileSums}[] = [];

	add(compile: CompileRecord, nowMs: number): void {
		if (!counts(compile)) return;
		const minute = Math.floor(nowMs / minuteMs);
		const known = this.#minutes[minute % minutesKept];
		const sums = known?.minute === minute ? known.sums : noCompiles;
		this.#minutes[minute % minutesKept] = {minute, sums: withCompile(sums, compile)};
	}

	/** The oldest first; the last is not yet over. */
	last(nowMs: number): readonly CompileSums[] {
		const now = Math.floor(nowMs / minuteMs);
		return Array.from({length: minutesKept}, (_, index) => {
			const minute = now - minutesKept + 1 + index;
			const known = this.#minutes[minute % minutesKept];
			return known?.minute === minute ? known.sums : noCompiles;
		});
	}
}

/** Minute by minute. */
export function together(all: readonly (readonly CompileSums[])[]): LiveSums[] {
	return Array.from({length: minutesKept}, (_, index) =>
		all.reduce((sum, minutes) => added(sum, minutes[index] ?? noCompiles), noCompiles),
	);
}

const added = (one: CompileSums, other: CompileSums): CompileSums => ({
	compiles: one.compiles + other.compiles,
	hits: one.hits + other.hits,
	remote: one.remote + other.remote,
	savedMs: one.savedMs + other.savedMs,
});
