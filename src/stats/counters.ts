import type {CompileRecord, Outcome} from './record.js';

/** Compiles of one language by one family of compilers. */
export interface LanguageCounters {
	readonly language: string;
	readonly family: string;
	readonly hits: number;
	readonly misses: number;
	/** Compiles that a failure of ours sent to the real compiler. */
	readonly errors: number;
}

const plainCounters = [
	'requests',
	'directHits',
	'preprocessedHits',
	'misses',
	'failed',
	'notCacheable',
	'notCompile',
	'fallbacks',
	'recached',
	'writes',
	'writeErrors',
	'hitMs',
	'compileMs',
	'storeMs',
	'savedMs',
] as const;
type PlainCounter = (typeof plainCounters)[number];

/** Counters that are kept by language and family, and the field of LanguageCounters that each becomes. */
const languageCounters = {
	languageHits: 'hits',
	languageMisses: 'misses',
	languageErrors: 'errors',
} as const;
type LanguageCounter = keyof typeof languageCounters;

/** Counters that are kept by reason or, of distribution, by server. */
const subjectCounters = [
	'notCacheableReasons',
	'notCompileReasons',
	'fallbackReasons',
	'distCompiles',
	'distErrors',
	'notDistributedReasons',
] as const;
type SubjectCounter = (typeof subjectCounters)[number];

/** Counters that are kept by shared cache, and the field of TierCounters that each becomes. */
const tierCounters = {
	tierHits: 'hits',
	tierMisses: 'misses',
	tierHitMs: 'hitMs',
	tierErrors: 'errors',
	tierTimeouts: 'timeouts',
	tierSkipped: 'skipped',
	tierRejected: 'rejected',
	tierReadBytes: 'readBytes',
	tierWrites: 'writes',
	tierWriteMs: 'writeMs',
	tierWriteErrors: 'writeErrors',
	tierDropped: 'dropped',
	tierWrittenBytes: 'writtenBytes',
	tierBackfillsFrom: 'backfillsFrom',
	tierBackfillsTo: 'backfillsTo',
} as const;
type TierCounter = keyof typeof tierCounters;

/** Of one shared cache. */
export type TierCounters = Record<(typeof tierCounters)[TierCounter], number>;

export type CounterName = PlainCounter | SubjectCounter | TierCounter;

/** The counter of a field of TierCounters. */
export const tierCounter = (field: keyof TierCounters): CounterName =>
	`tier${field.slice(0, 1).toUpperCase()}${field.slice(1)}` as TierCounter;

const noTierCounters = Object.fromEntries(
	Object.values(tierCounters).map(field => [field, 0]),
) as TierCounters;

/** Sums since the counters were last zeroed. */
export type Counters = Record<PlainCounter, number> &
	Record<SubjectCounter, Record<string, number>> & {
		readonly languages: LanguageCounters[];
		/** By the name of the shared cache. */
		readonly tiers: Record<string, TierCounters>;
	};

/** One counter, or one of several by language and family, by reason or by server. */
export interface CounterSum {
	readonly counter: string;
	readonly subject: string;
	readonly family: string;
	readonly value: number;
}

interface Counted {
	readonly plain: PlainCounter;
	readonly language?: LanguageCounter;
	readonly reasons?: SubjectCounter;
}

const counted: Record<Outcome, Counted> = {
	directHit: {plain: 'directHits', language: 'languageHits'},
	preprocessedHit: {plain: 'preprocessedHits', language: 'languageHits'},
	miss: {plain: 'misses', language: 'languageMisses'},
	failed: {plain: 'failed'},
	notCacheable: {plain: 'notCacheable', reasons: 'notCacheableReasons'},
	notCompile: {plain: 'notCompile', reasons: 'notCompileReasons'},
	fallback: {plain: 'fallbacks', language: 'languageErrors', reasons: 'fallbackReasons'},
};

/** What one compile adds, zeros left out. */
export function contributions(record: CompileRecord): readonly CounterSum[] {
	const {plain, language, reasons} = counted[record.outcome];
	const hit = language === 'languageHits';
	const stored = record.outcome === 'miss' && record.storeMs > 0 && !record.writeError;
	const values: Partial<Record<PlainCounter, number>> = {
		requests: 1,
		[plain]: 1,
		recached: record.recached ? 1 : 0,
		writes: stored ? 1 : 0,
		writeErrors: record.writeError ? 1 : 0,
		hitMs: hit ? record.elapsedMs : 0,
		compileMs: record.compileMs,
		storeMs: stored ? record.storeMs : 0,
		savedMs: record.savedMs,
	};
	const sums = (Object.entries(values) as [PlainCounter, number][]).map(([counter, value]) =>
		one(counter, '', value),
	);
	if (language !== undefined) {
		sums.push({counter: language, subject: record.language, family: record.family, value: 1});
	}
	if (reasons !== undefined) sums.push(one(reasons, record.reason));
	sums.push(...ofDistribution(record));
	return sums.filter(({value}) => value !== 0);
}

function ofDistribution(record: CompileRecord): readonly CounterSum[] {
	const {server, failedServers, notDistributed} = record;
	return [
		...(server === '' ? [] : [one('distCompiles', server)]),
		...failedServers.map(failed => one('distErrors', failed)),
		...(notDistributed === '' ? [] : [one('notDistributedReasons', notDistributed)]),
	];
}

function one(counter: PlainCounter | SubjectCounter, subject: string, value = 1): CounterSum {
	return {counter, subject, family: '', value};
}

/** Sums of the same counter become one. */
export function addUp(sums: Iterable<CounterSum>): readonly CounterSum[] {
	const byCounter = new Map<string, CounterSum>();
	for (const sum of sums) {
		const key = JSON.stringify([sum.counter, sum.subject, sum.family]);
		const value = (byCounter.get(key)?.value ?? 0) + sum.value;
		byCounter.set(key, {...sum, value});
	}
	return [...byCounter.values()];
}

/** Sums of counters that this version does not know are left out. */
export function toCounters(sums: readonly CounterSum[]): Counters {
	const plain = Object.fromEntries(plainCounters.map(name => [name, 0])) as Record<
		PlainCounter,
		number
	>;
	const bySubject: Record<SubjectCounter, Record<string, number>> = {
		notCacheableReasons: {},
		notCompileReasons: {},
		fallbackReasons: {},
		distCompiles: {},
		distErrors: {},
		notDistributedReasons: {},
	};
	const languages = new Map<string, LanguageCounters>();
	const tiers: Record<string, TierCounters> = {};
	for (const {counter, subject, family, value} of sums) {
		if (isOneOf(plainCounters, counter)) plain[counter] = value;
		else if (isOneOf(subjectCounters, counter)) bySubject[counter][subject] = value;
		else if (Object.hasOwn(languageCounters, counter)) {
			const key = JSON.stringify([subject, family]);
			const known = languages.get(key) ?? {
				language: subject,
				family,
				hits: 0,
				misses: 0,
				errors: 0,
			};
			languages.set(key, {...known, [languageCounters[counter as LanguageCounter]]: value});
		} else if (Object.hasOwn(tierCounters, counter)) {
			const known = tiers[subject] ?? noTierCounters;
			tiers[subject] = {...known, [tierCounters[counter as TierCounter]]: value};
		}
	}
	return {...plain, ...bySubject, languages: [...languages.values()], tiers};
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
	return (names as readonly string[]).includes(name);
}
