/** What stands under a name in the folder now. */
export type Present = 'nothing' | 'current' | 'ours' | 'foreign';

export type Step =
	| {readonly name: string; readonly action: 'create' | 'replace' | 'keep' | 'remove'}
	/** Somebody else's file stands there; it is left alone. */
	| {readonly name: string; readonly action: 'refuse'};

/** What has to be done so that each name leads to the program. */
export function planCreate(
	names: readonly string[],
	present: (name: string) => Present,
): readonly Step[] {
	const actions = {nothing: 'create', current: 'keep', ours: 'replace', foreign: 'refuse'} as const;
	return names.map(name => ({name, action: actions[present(name)]}));
}

/** What has to be done so that none of our links is left. */
export function planRemove(
	names: readonly string[],
	present: (name: string) => Present,
): readonly Step[] {
	return names
		.filter(name => ['current', 'ours'].includes(present(name)))
		.map(name => ({name, action: 'remove'}));
}

export interface RefreshFacts {
	/** Names of the compilers that are there. */
	readonly compilers: readonly string[];
	/** What is in the folder. */
	readonly entries: readonly string[];
	readonly present: (name: string) => Present;
	/** Is there a program of that name beside ours? */
	readonly hasBehind: (name: string) => boolean;
}

/** What has to be done so that each compiler has its link, and no link is without a program behind it. */
export function planRefresh({
	compilers,
	entries,
	present,
	hasBehind,
}: RefreshFacts): readonly Step[] {
	const isLink = (name: string) => ['current', 'ours'].includes(present(name));
	const others = entries.filter(name => !compilers.includes(name) && isLink(name));
	const stay = [...compilers, ...others.filter(hasBehind)].toSorted();
	return [
		...planCreate(stay, present),
		...planRemove(
			others.filter(name => !hasBehind(name)),
			present,
		),
	];
}
