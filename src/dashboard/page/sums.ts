import type {LiveSums} from '../../protocol/live.js';

const noSums: LiveSums = {compiles: 0, hits: 0, remote: 0, savedMs: 0};

export function sumOf(rows: Iterable<LiveSums>): LiveSums {
	let sum = noSums;
	for (const row of rows) {
		sum = {
			compiles: sum.compiles + row.compiles,
			hits: sum.hits + row.hits,
			remote: sum.remote + row.remote,
			savedMs: sum.savedMs + row.savedMs,
		};
	}
	return sum;
}

/** Undefined where nothing was compiled. */
export function hitShare({compiles, hits}: LiveSums): number | undefined {
	return compiles === 0 ? undefined : hits / compiles;
}
