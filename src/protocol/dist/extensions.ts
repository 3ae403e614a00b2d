import {z} from 'zod';

/**
 * What v1 lacks. Each side names its level in a header; a v1 peer sends none and ignores ours, and then nothing of this is used
 * towards it. Content is JSON, in a header where v1 has a body of its own, else as the body of a route that v1 does not have.
 */

export const extensionLevel = 1;

export const extensionHeaders = {
	/** Every request and response of ours: the level. */
	level: 'sccache-extensions',
	/** Client --> scheduler, with alloc_job: JobRequirements. */
	job: 'sccache-job',
	/** Scheduler --> client, in the answer: ChosenServer. */
	server: 'sccache-server',
	/** Scheduler --> client, with a Fail: what is in the way passes by itself, ask again if you want to wait longer. */
	askAgain: 'sccache-ask-again',
	/** Client --> server, with run_job: 'zlib' (v1) or 'identity'. */
	inputsEncoding: 'sccache-inputs-encoding',
	/** Client --> server, with run_job: how many bytes between the request and the archive are InputReferences. */
	inputsKnown: 'sccache-inputs-known',
	/** Server --> client, with JobNotFound: one of them is not known (any more), send all inputs. */
	needInputs: 'sccache-need-inputs',
	/** Client --> server: what the outputs may be in; server --> client: what they are in. */
	outputsEncoding: 'sccache-outputs-encoding',
	/** Client --> server, with run_job: after so many milliseconds the client takes no answer any more. */
	deadlineMs: 'sccache-deadline-ms',
	/** Client --> server, with run_job, and server --> scheduler, with job_state Complete: JobReport's prediction and outcome. */
	report: 'sccache-report',
	/** Client --> server, with run_job: compile it, whatever results are kept. */
	fresh: 'sccache-fresh',
	/** Server --> client, with JobNotFound: the toolchain is not here (any more), submit it and run again. */
	needToolchain: 'sccache-need-toolchain',
} as const;

export const encodings = ['identity', 'zlib'] as const;
export type Encoding = (typeof encodings)[number];

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** Client --> scheduler: what the job needs, and what the client knows of it. */
export const jobRequirements = z.object({
	/** As uname -m says it. */
	arch: z.string().max(32),
	memoryBytes: count.optional(),
	/** What it should take on a machine of speed 1. */
	predictedMs: amount.optional(),
	inputsBytes: count.optional(),
	/** How long the client is ready to wait for a free slot. */
	waitMs: count.max(600_000).default(0),
	/** By which it can be known who has done the same job before: see `job-digest.ts`. */
	resultHint: z
		.string()
		.regex(/^[0-9a-f]{16}$/)
		.optional(),
	/** Servers that this client does not want for now, since they failed it; with the certificate (SHA-256 in hex) that they had then. */
	avoid: z.record(z.string().max(64), z.string().max(64)).default({}),
	/** Round trip and bandwidth to servers, as this client saw them. */
	links: z
		.record(z.string().max(64), z.object({roundTripMs: amount, bytesPerMs: amount}))
		.default({}),
	/** For whoever watches the farm. */
	about: z
		.object({host: z.string().max(64), package: z.string().max(256), unit: z.string().max(256)})
		.optional(),
});
export type JobRequirements = z.infer<typeof jobRequirements>;

/** Scheduler --> client: what else is known of the server of an allocation. */
export const chosenServer = z.object({
	/** The server's extension level; 0: v1. */
	extensions: count,
	/** Measured speed: predicted by actual time. */
	speed: amount,
});
export type ChosenServer = z.infer<typeof chosenServer>;

/** Server --> scheduler, every `nextMs`: how it is. */
export const serverStatus = z.object({
	arch: z.string().max(32),
	/** Jobs that it takes at once. */
	slots: count,
	running: count,
	/** Ids of all that it has: they run, or their clients have begun to send them. Missing: it does not say. */
	jobs: z.array(count).max(20_000).optional(),
	memoryTotalBytes: count,
	memoryFreeBytes: count,
	/** One-minute load average. */
	load: amount,
	/** Ids of the toolchains that are here, unpacked and tried. */
	toolchains: z.array(z.string().length(64)).max(10_000),
	/** Ids of toolchains that do not run here, and why. */
	refused: z.record(z.string().length(64), z.string().max(1000)),
	/** No new jobs: 'draining' finishes what it has, 'gone' has ended. */
	state: z.enum(['up', 'draining', 'gone']),
	/** Hints of results that it keeps, the newest at the end, in one text; now and then. */
	results: z.string().max(100_000).optional(),
});
export type ServerStatus = z.infer<typeof serverStatus>;

/** Scheduler --> server */
export const serverStatusReply = z.object({
	/** False: this scheduler has not heard of the server since it started; send a heartbeat. */
	known: z.boolean(),
	nextMs: count.max(600_000),
});
export type ServerStatusReply = z.infer<typeof serverStatusReply>;

/** How a job went. */
export const jobReport = z.object({
	predictedMs: amount.optional(),
	/** Wall time of the compiler on the server. */
	actualMs: amount.optional(),
	/** False: something of the server's failed, not the compile. */
	ok: z.boolean().optional(),
	/** It did not run: an identical job's result was kept, or came at that time; `actualMs` is that job's. */
	cached: z.boolean().optional(),
	/** The server keeps the result. */
	kept: z.boolean().optional(),
	reason: z.string().max(1000).optional(),
});
export type JobReport = z.infer<typeof jobReport>;

/** Scheduler --> anyone with the client's token: one row a server. */
export const serverList = z.object({
	servers: z.array(
		z.object({
			address: z.string(),
			numCpus: count,
			inProgress: count,
			extensions: count,
			speed: amount,
			/** Missing for a v1 server. */
			status: serverStatus.optional(),
			/** Why no job is sent there for now. */
			quarantine: z.object({reason: z.string(), untilMs: count}).optional(),
			lastSeenMs: count,
		}),
	),
	/** Jobs that wait for a slot. */
	queued: count,
});
export type ServerList = z.infer<typeof serverList>;
