import {type JobFacts, type ServerFacts, unknownJob} from './facts.js';
import {isResultThere} from './known-result.js';

/** What a link is taken for that nobody measured: a local network. */
const unknownLink = {roundTripMs: 1, bytesPerMs: 50_000} as const;
/** A full machine shares its caches and its memory's bandwidth: so much slower is each of its jobs. */
const crowding = 0.25;
/**
 * A toolchain is sent, unpacked and tried once, for all jobs to come: the first is charged a part of that. Charged with all of it,
 * jobs crowd on the servers that have it, and slow ones among them, for the whole of a build.
 */
const jobsPerInstall = 8;
const unpackMs = 2400;
/** Of a server that has the result. */
const answerMs = 2;
const toolchainBytes = 32 * 1024 ** 2;

/** How much slower than alone a job runs that comes in addition to those that are there. */
export function slowdown({slots, assigned, foreignLoad}: ServerFacts): number {
	const busy = Math.min(assigned, slots) / slots;
	const wanted = Math.min(assigned + 1, slots) + foreignLoad;
	return (1 + crowding * busy) * Math.max(1, wanted / slots);
}

/** In so many milliseconds its client would have the result. The lower, the better; for comparing, not for promising. */
export function finishTimeMs(server: ServerFacts, job: JobFacts): number {
	const link = linkTo(server, job);
	return (
		(isResultThere(server, job) ? answerMs : compileMs(server, job)) +
		link.roundTripMs +
		(job.inputsBytes ?? 0) / link.bytesPerMs +
		toolchainMs(server, job, link.bytesPerMs)
	);
}

function compileMs(server: ServerFacts, {predictedMs}: JobFacts): number {
	const pace = slowdown(server) / server.speed;
	return queueMs(server, pace) + (predictedMs ?? unknownJob.predictedMs) * pace;
}

/** A server that always has work ends a job every `mean / slots`; those in the queue go first. */
function queueMs({slots, assigned, assignedMs}: ServerFacts, pace: number): number {
	const ahead = assigned - slots + 1;
	return ahead <= 0 ? 0 : (ahead * (assignedMs / assigned) * pace) / slots;
}

function linkTo({id}: ServerFacts, {links}: JobFacts) {
	const link = links.size === 0 ? undefined : links.get(id);
	return link !== undefined && link.bytesPerMs > 0 ? link : unknownLink;
}

function toolchainMs({toolchains}: ServerFacts, {toolchain}: JobFacts, bytesPerMs: number): number {
	if (toolchains.has(toolchain)) return 0;
	return (unpackMs + toolchainBytes / bytesPerMs) / jobsPerInstall;
}
