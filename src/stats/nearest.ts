import type {Explanation, FileDigest} from './explanation.js';
import type {Explained} from './explanations.js';

/** A part of the key that two compiles of a source do not share. */
export interface FieldDifference {
	/** `source`, `compiler`, or the name of a field of the key. */
	readonly field: string;
	/** What this compile has alone. */
	readonly here: readonly string[];
	/** What the stored one has alone. */
	readonly there: readonly string[];
}

export interface Nearest {
	readonly compile: number;
	/** Nothing: it has the same key. */
	readonly differences: readonly FieldDifference[];
}

/** The stored compile that shares most of its key with this one; of equals, the first. Pure. */
export function nearest(of: Explanation, stored: readonly Explained[]): Nearest | undefined {
	let best: Nearest | undefined;
	for (const {compile, explanation} of stored) {
		const differences = differencesOf(of, explanation);
		if (best === undefined || differences.length < best.differences.length) {
			best = {compile, differences};
		}
		if (differences.length === 0) break;
	}
	return best;
}

function differencesOf(here: Explanation, there: Explanation): readonly FieldDifference[] {
	if (here.directKey !== '' && here.directKey === there.directKey) return [];
	const names = [...new Set([...here.fields, ...there.fields].map(([name]) => name))];
	return [
		...(here.sourceDigest === there.sourceDigest ? [] : [{field: 'source', here: [], there: []}]),
		...(here.compilerDigest === there.compilerDigest ? [] : [compilerDifference(here, there)]),
		...names
			.filter(name => name !== 'compiler')
			.flatMap(name => fieldDifference(name, valuesOf(here, name), valuesOf(there, name))),
	];
}

const valuesOf = ({fields}: Explanation, name: string): readonly string[] =>
	fields.find(([field]) => field === name)?.[1] ?? [];

/** By file: those with another content are on both sides. */
function compilerDifference(here: Explanation, there: Explanation): FieldDifference {
	const alone = (some: readonly FileDigest[], others: readonly FileDigest[]) =>
		some
			.filter(([path, digest]) => !others.some(([p, d]) => p === path && d === digest))
			.map(([path]) => path);
	return {
		field: 'compiler',
		here: alone(here.programs, there.programs),
		there: alone(there.programs, here.programs),
	};
}

function fieldDifference(
	field: string,
	here: readonly string[],
	there: readonly string[],
): readonly FieldDifference[] {
	if (here.length === there.length && here.every((value, index) => value === there[index])) {
		return [];
	}
	if (field === 'extra' || field === 'externs')
		return [{field, here: changedFiles(here, there), there: []}];
	return [{field, here: less(here, there), there: less(there, here)}];
}

/** `some` without those of `others`, each as often as it is there. */
function less(some: readonly string[], others: readonly string[]): readonly string[] {
	const left = [...others];
	return some.filter(value => {
		const at = left.indexOf(value);
		if (at >= 0) left.splice(at, 1);
		return at < 0;
	});
}

/** Paths and digests in turn. */
function changedFiles(here: readonly string[], there: readonly string[]): readonly string[] {
	const pairs = (values: readonly string[]) =>
		values.flatMap((path, at) => (at % 2 === 0 ? [[path, values[at + 1]] as const] : []));
	const known = pairs(there);
	return pairs(here)
		.filter(([path, digest]) => !known.some(([p, d]) => p === path && d === digest))
		.map(([path]) => path);
}
