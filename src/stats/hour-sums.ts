import {type CompileSums, counts, noCompiles, withCompile} from './compile-sums.js';
import type {CompileRecord} from './record.js';

const hourMs = 60 * 60 * 1000;

/** Since the epoch: no time zone and no change of clocks has a part in it. */
export const hourOf = (atMs: number): number => Math.floor(atMs / hourMs);

export function sumByHour(compiles: readonly CompileRecord[]): ReadonlyMap<number, CompileSums> {
	const sums = new Map<number, CompileSums>();
	for (const compile of compiles.filter(counts)) {
		const hour = hourOf(compile.atMs);
		sums.set(hour, withCompile(sums.get(hour) ?? noCompiles, compile));
	}
	return sums;
}
