/** Speed of a machine from the jobs that it did: predicted by actual time, whatever the jobs were. */
export interface SpeedEstimate {
	/** Mean of the logarithms: halves and doubles weigh the same. */
	readonly logSpeed: number;
	/** How many jobs it rests on; old ones count less. */
	readonly weight: number;
}

export interface SpeedSample {
	readonly predictedMs: number;
	readonly actualMs: number;
	/** How much slower than alone the machine was expected to be, as `slowdown` had it for this job. */
	readonly slowdown: number;
}

/** A machine that nothing is known of counts for somewhat fast, so that it is tried. */
const optimism = 1;
const doubtWeight = 0.5;
const mostWeight = 40;
/** Of a job shorter than this, most is not the compiler. */
const fullSampleMs = 300;
const farthest = Math.log(4);

export const unknownSpeed: SpeedEstimate = {logSpeed: Math.log(optimism), weight: 0};

export function speedOf({logSpeed}: SpeedEstimate): number {
	return Math.exp(logSpeed);
}

export function observeSpeed(
	estimate: SpeedEstimate,
	{predictedMs, actualMs, slowdown}: SpeedSample,
): SpeedEstimate {
	if (!(predictedMs > 0 && actualMs > 0)) return estimate;
	const seen = Math.log((predictedMs / actualMs) * slowdown);
	const near = clamp(seen - estimate.logSpeed, -farthest, farthest);
	const sampleWeight = Math.min(1, predictedMs / fullSampleMs);
	const weight = Math.min(mostWeight, estimate.weight + sampleWeight);
	const share = sampleWeight / (weight + doubtWeight);
	return {logSpeed: estimate.logSpeed + share * near, weight};
}

const clamp = (value: number, low: number, high: number): number =>
	Math.min(high, Math.max(low, value));
