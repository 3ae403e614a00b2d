import {z} from 'zod';

/**
 * What goes on at this moment, for people who watch. The scheduler tells it of the farm, a client's daemon of its own host and, where
 * it reaches a scheduler, of the farm's servers; `top` and the web dashboard show either. Nothing secret is in it.
 */

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** Compiles of one minute, hour or day, by what became of them; without those that the compiler itself refused. */
export const liveSums = z.object({
	compiles: count,
	/** From a cache. */
	hits: count,
	/** By a server. */
	remote: count,
	savedMs: amount,
});
export type LiveSums = z.infer<typeof liveSums>;

/** One compile that has begun and not ended. */
const liveJob = z.object({
	/** Of all jobs in the view, while they last. */
	id: z.string(),
	/** Of its client: a host's name, or an address where none is known. */
	client: z.string(),
	/** CATEGORY/PF; empty outside Portage or for a client of v1. */
	package: z.string(),
	/** The source's name without folders, or the crate's; empty for a client of v1. */
	unit: z.string(),
	/** `ip:port`; empty: on the client itself. */
	server: z.string(),
	/** asked: looked for in the cache, or waits for a slot; sent: on its way to a server; runs: the compiler works. */
	state: z.enum(['asked', 'sent', 'runs']),
	ageMs: count,
});
export type LiveJob = z.infer<typeof liveJob>;

const liveServer = z.object({
	address: z.string(),
	/** silent: not heard of for longer than it should. */
	state: z.enum(['up', 'draining', 'quarantined', 'silent']),
	/** Of a quarantine; also of one that is over, as long as it is held against the server. */
	reason: z.string(),
	/** Until it is tried again; 0: no quarantine. */
	quarantineMs: count,
	slots: count,
	/** Jobs that it was given and that have not ended. */
	jobs: count,
	/** Measured: predicted by actual time. */
	speed: amount,
	/** One-minute load average; undefined for a server of v1, like all below. */
	load: amount.optional(),
	arch: z.string().optional(),
	memoryTotalBytes: count.optional(),
	memoryFreeBytes: count.optional(),
	/** Ids. */
	toolchains: z.array(z.string()),
	/** Ids of those that do not run there, and why. */
	refused: z.record(z.string(), z.string()),
	/** Jobs that it has done, and that failed by its own fault, since the teller started. */
	done: count,
	failed: count,
	lastSeenMs: count,
});
export type LiveServer = z.infer<typeof liveServer>;

const liveClient = z.object({
	host: z.string(),
	/** Compiles that it runs at once, and those that run and wait there now. */
	slots: count,
	running: count,
	waiting: count,
	/** The last minutes, oldest first; the last is not yet over. */
	minutes: z.array(liveSums),
	lastSeenMs: count,
});
export type LiveClient = z.infer<typeof liveClient>;

export const liveView = z.object({
	/** Who tells. */
	teller: z.enum(['scheduler', 'client']),
	version: z.string(),
	/** Since the epoch. */
	atMs: count,
	/** Since when the teller runs: another value is another run of it. */
	startedMs: count,
	/** Whether the servers below are those of now; 'none': no scheduler is configured. */
	scheduler: z.enum(['reached', 'away', 'none']),
	/** Clients that wait for a server. */
	queued: count,
	servers: z.array(liveServer),
	clients: z.array(liveClient),
	/** The oldest first, and no more than a person can look at; `jobsInAll` counts them all. */
	jobs: z.array(liveJob),
	jobsInAll: count,
});
export type LiveView = z.infer<typeof liveView>;

/** What has been, for charts. */
export const liveHistory = z.object({
	/** By hour since the epoch; hours without compiles are not there. */
	hours: z.array(liveSums.extend({hour: count, host: z.string()})),
	/** By day since the epoch, as the host's calendar has it. */
	days: z.array(liveSums.extend({day: count, host: z.string(), package: z.string()})),
});
export type LiveHistory = z.infer<typeof liveHistory>;
