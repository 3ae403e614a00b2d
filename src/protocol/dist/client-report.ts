import {z} from 'zod';
import {liveSums} from '../live.js';

/**
 * Client --> scheduler, every `nextMs`: what the scheduler can't know of itself, for whoever watches the farm. Sums are absolute, so
 * that a report may come twice or get lost. The scheduler keeps none of it on disk: it says `known: false` to a client that it has
 * not heard of since it started, which then tells its whole history.
 */

const count = z.int().nonnegative();

/** Of the history that clients tell. */
export const toldHours = 14 * 24;
export const toldDays = 90;
/** Rows in one report. */
export const mostRows = 5000;

export const clientReport = z.object({
	host: z.string().max(64),
	/** Of the daemon's run. */
	instance: z.string().max(64),
	slots: count,
	running: count,
	waiting: count,
	/** The last minutes, oldest first. */
	minutes: z.array(liveSums).max(60),
	/** Those that have changed since the last report that was answered. */
	hours: z.array(liveSums.extend({hour: count})).max(mostRows),
	days: z.array(liveSums.extend({day: count, package: z.string().max(256)})).max(mostRows),
});
export type ClientReport = z.infer<typeof clientReport>;

/** Scheduler --> client */
export const clientReportReply = z.object({
	/** False: tell all of the history, from the oldest. */
	known: z.boolean(),
	nextMs: count.max(600_000),
});
export type ClientReportReply = z.infer<typeof clientReportReply>;
