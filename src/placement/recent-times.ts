/** What compiles took of late at one place, of whatever size; older ones count less. */
export interface RecentTimes {
	readonly count: number;
	/** Of the logarithms of milliseconds: one long compile is no slow machine. */
	readonly mean: number;
}

export const noTimes: RecentTimes = {count: 0, mean: 0};

/** By then the first ones, which were slow to begin, matter little. */
const enough = 8;
const share = 0.1;
const far = 1.5;

export function observeTime({count, mean}: RecentTimes, tookMs: number): RecentTimes {
	const log = Math.log(Math.max(1, tookMs));
	return {count: count + 1, mean: mean + Math.max(share, 1 / (count + 1)) * (log - mean)};
}

/** The geometric mean. */
export function meanMs({mean}: RecentTimes): number {
	return Math.exp(mean);
}

/** Whether compiles of the same kind have been done far sooner there than here. */
export function isFarSooner(there: RecentTimes, here: RecentTimes): boolean {
	if (there.count < enough || here.count < enough) return false;
	return Math.exp(here.mean - there.mean) > far;
}
