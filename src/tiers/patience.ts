/** How long a store has taken to answer, of late: mean and mean deviation, as TCP keeps them (RFC 6298). */
export interface Latency {
	readonly count: number;
	readonly meanMs: number;
	readonly deviationMs: number;
}

export const unknownLatency: Latency = {count: 0, meanMs: 0, deviationMs: 0};

export function observeLatency({count, meanMs, deviationMs}: Latency, tookMs: number): Latency {
	if (count === 0) return {count: 1, meanMs: tookMs, deviationMs: tookMs / 2};
	const error = tookMs - meanMs;
	return {
		count: count + 1,
		meanMs: meanMs + error / 8,
		deviationMs: deviationMs + (Math.abs(error) - deviationMs) / 4,
	};
}

/** A store is waited for no longer than this share of what the compile would take. */
const share = 0.5;
/** It answers far sooner as a rule: this is for a machine that is busy, and what a store that hangs costs a short compile. */
const shortestMs = 100;
const longestMs = 10_000;
/** A busy machine is no slow store. */
const leastUsualMs = 250;
/** More than 100 Mbit/s are not counted on. */
const bytesPerMs = 12_500;

export interface Question {
	/** Predicted, or known from the manifest. */
	readonly compileMs: number;
	/** Of the answer; 0 when nobody knows. */
	readonly sizeBytes: number;
}

/** How long an answer is waited for; undefined: the compile takes no longer than the store does as a rule. */
export function deadlineMs(latency: Latency, {compileMs, sizeBytes}: Question): number | undefined {
	const worthMs = Math.min(longestMs, Math.max(shortestMs, compileMs * share));
	if (latency.count === 0) return worthMs;
	if (latency.meanMs > Math.min(compileMs, longestMs)) return undefined;
	const usualMs = latency.meanMs + 8 * latency.deviationMs + sizeBytes / bytesPerMs;
	return Math.min(worthMs, Math.max(leastUsualMs, usualMs));
}
