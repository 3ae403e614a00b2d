import {observeSpeed, type SpeedEstimate, speedOf, unknownSpeed} from './speed.js';

/** What its client has seen of the farm as a whole. */
export interface FarmEstimate {
	/** Of the servers that it was given. */
	readonly speed: SpeedEstimate;
	/** Everything but the compiler: asking, waiting, sending, the sandbox. */
	readonly overheadMs: number;
}

export interface RemoteRun {
	readonly predictedMs: number;
	/** Of the compiler on the server. */
	readonly actualMs: number;
	/** From the decision to the object being here. */
	readonly wholeMs: number;
}

export const unknownFarm: FarmEstimate = {speed: unknownSpeed, overheadMs: 40};

/** One in ten of what is new: a full farm shows within a few jobs, one odd job does not. */
const share = 0.1;

export function observeFarm(estimate: FarmEstimate, run: RemoteRun): FarmEstimate {
	const overheadMs = Math.max(0, run.wholeMs - run.actualMs);
	return {
		speed: observeSpeed(estimate.speed, {...run, slowdown: 1}),
		overheadMs: estimate.overheadMs + share * (overheadMs - estimate.overheadMs),
	};
}

/** When a compile would be done there. */
export function finishThereMs({speed, overheadMs}: FarmEstimate, predictedMs: number): number {
	return overheadMs + predictedMs / speedOf(speed);
}
