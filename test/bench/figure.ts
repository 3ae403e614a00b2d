import type {Bench} from './bench.js';

/** One figure as it was measured, beside what it must reach. */
export interface Measured {
	readonly name: string;
	readonly value: number;
	readonly unit: 'ratio' | '%' | 'MB' | '/s' | 'ms';
	readonly target: {readonly atMost: number} | {readonly atLeast: number};
	/** What the value comes from, each name with its unit. */
	readonly from: Readonly<Record<string, number>>;
}

export interface Figure {
	readonly name: string;
	/** Without these programs it is left out, and says so. */
	readonly needs: readonly string[];
	/** `effort` 1 is what the README's figures come from. */
	readonly measure: (bench: Bench, effort: number) => Promise<readonly Measured[]>;
}

export function reached({value, target}: Measured): boolean {
	return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? Number.NaN;
	return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** How often, and never less than once. */
export function times(count: number, effort: number): number {
	return Math.max(1, Math.round(count * effort));
}
