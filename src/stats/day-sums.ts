import {localDay} from './local-day.js';
import type {CompileRecord} from './record.js';

/** Compiles of one day that went the same way, by the names of a row of `days`. */
export interface DaySum {
	readonly day: number;
	/** Whose package, compiler, language, outcome, reason and servers it is. */
	readonly like: CompileRecord;
	compiles: number;
	elapsedMs: number;
	compileMs: number;
	savedMs: number;
	sizeBytes: number;
	writeErrors: number;
	recached: number;
	storeMs: number;
	lostMs: number;
}

/** `besides`: what else is to be told apart. */
export function sumByDay(
	compiles: readonly CompileRecord[],
	besides: (compile: CompileRecord) => string = () => '',
): readonly DaySum[] {
	const sums = new Map<string, DaySum>();
	for (const compile of compiles) {
		const day = localDay(compile.atMs);
		const name = `${day}\0${compile.package}\0${compile.compiler}\0${compile.language}\0${compile.outcome}\0${compile.reason}\0${compile.server}\0${compile.notDistributed}\0${compile.failedServers.join(' ')}\0${besides(compile)}`;
		let sum = sums.get(name);
		if (sum === undefined) {
			sum = {
				day,
				like: compile,
				compiles: 0,
				elapsedMs: 0,
				compileMs: 0,
				savedMs: 0,
				sizeBytes: 0,
				writeErrors: 0,
				recached: 0,
				storeMs: 0,
				lostMs: 0,
			};
			sums.set(name, sum);
		}
		sum.compiles++;
		sum.elapsedMs += compile.elapsedMs;
		sum.compileMs += compile.compileMs;
		sum.savedMs += compile.savedMs;
		sum.sizeBytes += Math.floor(compile.sizeBytes);
		sum.writeErrors += compile.writeError ? 1 : 0;
		sum.recached += compile.recached ? 1 : 0;
		sum.storeMs += compile.storeMs;
		sum.lostMs += compile.lostMs;
	}
	return [...sums.values()];
}
