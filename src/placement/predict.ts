/** What compiles of each family took so far. */
export type Predictor = Readonly<Record<string, Taken>>;

/** x: log of the bytes, y: log of the milliseconds. */
interface Taken {
	/** A line through all of them; older ones count less. */
	readonly sums: Sums;
	/** The last ones: sources that read the same headers are of nearly one size, and take nearly one time. */
	readonly last: readonly Seen[];
}

interface Seen {
	readonly x: number;
	readonly y: number;
}

interface Sums {
	readonly weight: number;
	readonly x: number;
	readonly y: number;
	readonly xx: number;
	readonly xy: number;
}

export interface Compiled {
	/** gcc, g++, clang ...: what compiles alike. */
	readonly family: string;
	/** Of the preprocessed source. */
	readonly sizeBytes: number;
	/** On a machine of speed 1, alone. */
	readonly actualMs: number;
}

export interface Unit {
	readonly family: string;
	readonly sizeBytes: number;
	/** What the same unit took the last time. */
	readonly lastMs?: number | undefined;
}

/** Small C and large C++ at -O2, before anything was seen: [bytes, milliseconds]. */
const beforehand = [
	[20_000, 15],
	[800_000, 300],
	[3_000_000, 2500],
] as const;
const kept = 0.995;
const flattest = 0.3;
const steepest = 1.5;
const longestMs = 60 * 60 * 1000;
const remembered = 256;
/** By so much of the size two of a kind differ. */
const alike = 0.005;
/** What the line is worth beside compiles of the same size: compiles of one kind differ by far less than kinds do. */
const lineWeight = 0.5;

const nothing: Sums = {weight: 0, x: 0, y: 0, xx: 0, xy: 0};

export const noObservations: Predictor = {};

/**
 * What a compile should take on a machine of speed 1, in milliseconds: what it took, else what others of its size did, as far as there
 * were any, else what its size says.
 */
export function predictMs({family, sizeBytes, lastMs}: Unit, predictor: Predictor): number {
	if (lastMs !== undefined && lastMs > 0) return lastMs;
	const {sums, last} = predictor[family] ?? prior();
	const x = logOf(sizeBytes);
	return clamp(Math.exp(onLine(sums, x) + besideLine(sums, last, x)), 1, longestMs);
}

export function observeCompile(
	predictor: Predictor,
	{family, sizeBytes, actualMs}: Compiled,
): Predictor {
	if (!(actualMs > 0)) return predictor;
	const {sums, last} = predictor[family] ?? prior();
	const seen = {x: logOf(sizeBytes), y: Math.log(actualMs)};
	return {
		...predictor,
		[family]: {
			sums: added(aged(sums), seen),
			last: [...last.slice(1 - remembered), seen],
		},
	};
}

function onLine({weight, x, y, xx, xy}: Sums, at: number): number {
	const spread = xx - (x * x) / weight;
	const slope = spread > 1e-6 ? clamp((xy - (x * y) / weight) / spread, flattest, steepest) : 1;
	return y / weight + slope * (at - x / weight);
}

/** How far from the line those of nearly the same size were, on average. */
function besideLine(sums: Sums, last: readonly Seen[], at: number): number {
	let weight = lineWeight;
	let sum = 0;
	for (const {x, y} of last) {
		const far = (x - at) / alike;
		if (Math.abs(far) > 3) continue;
		const share = Math.exp(-(far * far) / 2);
		weight += share;
		sum += share * (y - onLine(sums, x));
	}
	return sum / weight;
}

const prior = (): Taken => ({
	sums: beforehand.reduce(
		(sums, [sizeBytes, ms]) => added(sums, {x: logOf(sizeBytes), y: Math.log(ms)}),
		nothing,
	),
	last: [],
});

const aged = ({weight, x, y, xx, xy}: Sums): Sums => ({
	weight: weight * kept,
	x: x * kept,
	y: y * kept,
	xx: xx * kept,
	xy: xy * kept,
});

function added(sums: Sums, {x, y}: Seen): Sums {
	return {
		weight: sums.weight + 1,
		x: sums.x + x,
		y: sums.y + y,
		xx: sums.xx + x * x,
		xy: sums.xy + x * y,
	};
}

const logOf = (sizeBytes: number): number => Math.log(Math.max(1, sizeBytes));

const clamp = (value: number, low: number, high: number): number =>
	Math.min(high, Math.max(low, value));
