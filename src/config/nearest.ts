/** The candidate whose name takes the fewest edits to become `text`; the first of equals. */
export function nearest(
	text: string,
	candidates: readonly string[],
	nameOf: (candidate: string) => string,
): {readonly candidate: string; readonly distance: number} | undefined {
	let best: {candidate: string; distance: number} | undefined;
	for (const candidate of candidates) {
		const distance = editDistance(text.slice(0, 64), nameOf(candidate));
		if (!best || distance < best.distance) best = {candidate, distance};
	}
	return best;
}

/** Levenshtein's, one row at a time. */
export function editDistance(from: string, to: string): number {
	let row = Array.from({length: to.length + 1}, (_, index) => index);
	for (let i = 0; i < from.length; i++) {
		const next = [i + 1];
		for (let j = 0; j < to.length; j++) {
			const substitution = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
			next.push(Math.min(substitution, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
		}
		row = next;
	}
	return row[to.length] ?? 0;
}
