import {z} from 'zod';
import {liveView} from './live.js';

/** What the front asks of the daemon, and what comes back: JSON in the frames of control-frames.ts. */

/** Front --> daemon */
export const controlRequest = z.strictObject({
	/** stop: finish what has begun, answer, end. */
	verb: z.enum(['ping', 'stats', 'zero', 'stop', 'debug', 'live']),
});

export type ControlRequest = z.infer<typeof controlRequest>;
export type ControlVerb = ControlRequest['verb'];

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** Compiles of one language by one family of compilers. */
const languageCounters = z.object({
	/** GCC's name for it; empty when unknown. */
	language: z.string(),
	/** 'gcc' or 'clang'; empty for what is neither. */
	family: z.string(),
	hits: count,
	misses: count,
	/** Compiles that a failure of ours sent to the real compiler. */
	errors: count,
});

/** Of one shared cache. */
const tierCounters = z.object({
	/** Compiles that it answered, and that it did not. */
	hits: count,
	misses: count,
	hitMs: amount,
	/** Questions that failed, or were not asked: it was left alone, or is too slow. */
	errors: count,
	timeouts: count,
	skipped: count,
	/** Objects that were damaged, misplaced or not signed. */
	rejected: count,
	readBytes: count,
	/** Objects. */
	writes: count,
	writeMs: amount,
	writeErrors: count,
	/** For want of room, or because it was left alone. */
	dropped: count,
	writtenBytes: count,
	/** Results that went from here to nearer ones, or came here from farther ones. */
	backfillsFrom: count,
	backfillsTo: count,
});

export type TierCounters = z.infer<typeof tierCounters>;

/** Sums since the counters were last zeroed. */
const counters = z.object({
	/** Everything that a shim ever asked. */
	requests: count,
	directHits: count,
	preprocessedHits: count,
	misses: count,
	/** The compiler ended with an error of its own. */
	failed: count,
	notCacheable: count,
	notCompile: count,
	/** Something of ours failed and the real compiler ran. */
	fallbacks: count,
	recached: count,
	writes: count,
	writeErrors: count,
	/** Wall time of all hits together. */
	hitMs: amount,
	/** Wall time of all compiler runs together. */
	compileMs: amount,
	/** Time spent storing. */
	storeMs: amount,
	/** Compiler time that hits saved. */
	savedMs: amount,
	languages: z.array(languageCounters),
	/** Why compiles were not cached, and how often. */
	notCacheableReasons: z.record(z.string(), count),
	/** What was asked that is no compile. */
	notCompileReasons: z.record(z.string(), count),
	/** Which failure of ours it was. */
	fallbackReasons: z.record(z.string(), count),
	/** Compiles that a build server did, by `ip:port`. A daemon from before an upgrade does not tell; nor the two below. */
	distCompiles: z.record(z.string(), count).default({}),
	/** Attempts that failed on the way or on the server, by `ip:port`. */
	distErrors: z.record(z.string(), count).default({}),
	/** Why compiles that could have gone to a server ran here. */
	notDistributedReasons: z.record(z.string(), count).default({}),
	/** By the name of the shared cache. */
	tiers: z.record(z.string(), tierCounters).default({}),
});

export type Counters = z.infer<typeof counters>;

/** All that `--show-stats` tells. */
const cacheStats = z.object({
	counters,
	cacheLocation: z.string(),
	/** The disk, and the shared caches behind it in their order; nothing without any. */
	levels: z.array(z.object({name: z.string(), location: z.string()})).default([]),
	cacheSizeBytes: count,
	maxCacheSizeBytes: count,
	entries: count,
	directMode: z.boolean(),
	/** Of the daemon. */
	version: z.string(),
});

export type CacheStats = z.infer<typeof cacheStats>;

const done = z.object({ok: z.literal(true)});

/** Daemon --> front */
export const controlReplies = {
	ping: done.extend({pid: count, version: z.string()}),
	stats: done.extend({stats: cacheStats}),
	zero: done,
	/** After the last compile has ended; the process of that id then ends. */
	stop: done.extend({stats: cacheStats, pid: count}),
	/** One line an entry of direct mode. */
	debug: done.extend({lines: z.array(z.string())}),
	/** What goes on at this moment. */
	live: done.extend({live: liveView}),
} as const satisfies Record<ControlVerb, z.ZodType>;

export type ControlReply<Verb extends ControlVerb> = z.infer<(typeof controlReplies)[Verb]>;

/** Daemon --> front: it could not. */
export const controlFailure = z.object({ok: z.literal(false), error: z.string()});

export type ControlFailure = z.infer<typeof controlFailure>;
