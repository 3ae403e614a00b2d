import type {
	Attempt,
	Difference,
	Explanation,
	Lookup,
	TierAsked,
} from '../../../stats/explanation.js';
import {type FieldDifference, nearest} from '../../../stats/nearest.js';
import {absolute, type PastCompile} from '../../../stats/past.js';
import type {Outcome} from '../../../stats/record.js';
import type {Tables} from '../../../stats/tables.js';

/** Why a compile went as it did. Times are ISO 8601, durations milliseconds. */
export interface WhyAnswer {
	/** Of the source, absolute; of the working folder where no source is known. */
	readonly path: string;
	readonly at: string;
	/** CATEGORY/PF, or empty. */
	readonly package: string;
	readonly compiler: string;
	readonly outcome: Outcome;
	readonly reason: string;
	readonly elapsedMs: number;
	readonly compileMs: number;
	readonly savedMs: number;
	/** SCCACHE_RECACHE was set. */
	readonly recached: boolean;
	/** Null: nothing more is remembered. */
	readonly lookup: Lookup | null;
	/** Between the files and those that the stored result of the same command was made with. */
	readonly files: readonly Difference[];
	readonly preprocessed: boolean;
	/** Null: none is remembered. */
	readonly nearest: NearestAnswer | null;
	/** `ip:port` of the build server that compiled it, or empty. */
	readonly server: string;
	readonly notDistributed: string;
	readonly attempts: readonly Attempt[];
	/** Shared caches that were asked, in order. */
	readonly shared: readonly TierAsked[];
}

export interface NearestAnswer {
	/** Null: its row is gone. */
	readonly at: string | null;
	readonly package: string;
	/** Nothing: it had the same key. */
	readonly differences: readonly FieldDifference[];
}

export function answerOf(compile: PastCompile, tables: Tables): WhyAnswer {
	const explanation = tables.explanations.of(compile.id)?.explanation;
	return {
		path: explanation?.path ?? absolute(compile.source, compile.cwd),
		at: new Date(compile.atMs).toISOString(),
		package: compile.package,
		compiler: compile.compiler,
		outcome: compile.outcome,
		reason: compile.reason,
		elapsedMs: rounded(compile.elapsedMs),
		compileMs: rounded(compile.compileMs),
		savedMs: rounded(compile.savedMs),
		recached: compile.recached,
		lookup: explanation?.lookup ?? null,
		files: explanation?.differences ?? [],
		preprocessed: explanation?.preprocessed ?? false,
		nearest: explanation === undefined ? null : nearestAnswer(compile.id, explanation, tables),
		server: compile.server,
		notDistributed: compile.notDistributed,
		attempts: explanation?.attempts ?? [],
		shared: explanation?.tiers ?? [],
	};
}

function nearestAnswer(
	compile: number,
	explanation: Explanation,
	{explanations, past}: Tables,
): NearestAnswer | null {
	const found = nearest(explanation, explanations.storedBefore(compile));
	if (found === undefined) return null;
	const row = past.at(found.compile);
	return {
		at: row === undefined ? null : new Date(row.atMs).toISOString(),
		package: row?.package ?? '',
		differences: found.differences,
	};
}

const rounded = (ms: number): number => Number(ms.toFixed(1));
