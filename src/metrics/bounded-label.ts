const others = 'other';

/**
 * Values of a label that come from outside: the first so many keep their own series, all later ones share one. What a value was given
 * first it keeps, so that counters never go back.
 */
export function boundedLabel(most: number): (value: string) => string {
	const known = new Set<string>();
	return value => {
		if (known.has(value)) return value;
		if (known.size >= most) return others;
		known.add(value);
		return value;
	};
}

/** Counts by a value that comes from outside, with those that share a series added up. */
export function boundedCounts(
	bounded: (value: string) => string,
	counts: Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
	const sums = new Map<string, number>();
	for (const [value, count] of Object.entries(counts)) {
		const label = bounded(value);
		sums.set(label, (sums.get(label) ?? 0) + count);
	}
	return sums;
}
