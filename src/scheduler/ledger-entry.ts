import {z} from 'zod';
import {unknownJob} from '../placement/facts.js';
import {type Job, type SharedJob, unknownSubject} from './job.js';

const amount = z.number().nonnegative();

/** A job as it stands in the ledger. */
const ledgerEntry = z.object({
	/** The scheduler that gave it. */
	by: z.string(),
	toolchain: z.string(),
	predictedMs: amount.optional(),
	chargedMs: amount,
	chargedBytes: amount,
	slowdown: amount,
	subject: z.object({client: z.string(), package: z.string(), unit: z.string()}),
});

export interface Entered {
	readonly by: string;
	readonly job: Omit<SharedJob, 'isOrphan'>;
}

export function formatEntry(job: Job, by: string): string {
	const {toolchain, predictedMs, chargedMs, chargedBytes, slowdown, subject} = job;
	return JSON.stringify({
		by,
		...{toolchain, predictedMs, chargedMs, chargedBytes, slowdown, subject},
	} satisfies z.input<typeof ledgerEntry>);
}

/** What can't be read counts for a job all the same, of a scheduler that is gone. */
export function parseEntry(id: number, text: string): Entered {
	const entry = ledgerEntry.safeParse(parseJson(text)).data;
	if (entry === undefined) return {by: '', job: {id, ...unknownEntry}};
	const {by, predictedMs, ...rest} = entry;
	return {by, job: {id, ...rest, predictedMs}};
}

const unknownEntry = {
	toolchain: '',
	predictedMs: undefined,
	chargedMs: unknownJob.predictedMs,
	chargedBytes: unknownJob.memoryBytes,
	slowdown: 1,
	subject: unknownSubject,
};

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
