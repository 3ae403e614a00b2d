/** What compiles took so far: of each compiler family a line through the logarithms of size and time. */
export type Predictor = Readonly<Record<string, Sums>>;

/** Of the observations, x: log of the bytes, y: log of the milliseconds; older ones count less. */
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

const nothing: Sums = {weight: 0, x: 0, y: 0, xx: 0, xy: 0};

export const noObservations: Predictor = {};

/** What a compile should take on a machine of speed 1, in milliseconds: what it took, else what its size says. */
export function predictMs({family, sizeBytes, lastMs}: Unit, predictor: Predictor): number {
	if (lastMs !== undefined && lastMs > 0) return lastMs;
	const {weight, x, y, xx, xy} = predictor[family] ?? prior();
	const spread = xx - (x * x) / weight;
	const slope = spread > 1e-6 ? clamp((xy - (x * y) / weight) / spread, flattest, steepest) : 1;
	const logMs = y / weight + slope * (logOf(sizeBytes) - x / weight);
	return clamp(Math.exp(logMs), 1, longestMs);
}

export function observeCompile(
	predictor: Predictor,
	{family, sizeBytes, actualMs}: Compiled,
): Predictor {
	if (!(actualMs > 0)) return predictor;
	const before = predictor[family] ?? prior();
	const aged: Sums = {
		weight: before.weight * kept,
		x: before.x * kept,
		y: before.y * kept,
		xx: before.xx * kept,
		xy: before.xy * kept,
	};
	return {...predictor, [family]: added(aged, sizeBytes, actualMs)};
}

const prior = (): Sums =>
	beforehand.reduce((sums, [sizeBytes, ms]) => added(sums, sizeBytes, ms), nothing);

function added(sums: Sums, sizeBytes: number, ms: number): Sums {
	const x = logOf(sizeBytes);
	const y = Math.log(ms);
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
