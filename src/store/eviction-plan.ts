/** What one package, in all its versions, may take when there is no room left. What is of no package has no quota. */
export interface Quotas {
	readonly defaultBytes: number;
	/** By CATEGORY/PACKAGE. */
	readonly bytesOf: Readonly<Record<string, number>>;
}

export interface PackageSum {
	/** CATEGORY/PACKAGE, or empty. */
	readonly name: string;
	/** Of entries that were served, or wanted again after they had made room. */
	readonly provenBytes: number;
	readonly unprovenBytes: number;
}

/** So many bytes, or somewhat more, of what was not used for longest. */
export interface Cut {
	/** CATEGORY/PACKAGE; undefined: of all. */
	readonly name: string | undefined;
	readonly proven: boolean;
	readonly sizeBytes: number;
}

/** Evicting goes down to this share of the limit, so that it is not needed again at once. */
export const lowMark = 0.9;
/** What new entries keep of the cache, or of a package's quota, however much of the rest is proven. */
const unprovenShare = 0.2;
const usualQuota = 0.5;

export const usualQuotas = (limitBytes: number): Quotas => ({
	defaultBytes: limitBytes * usualQuota,
	bytesOf: {},
});

export const quotaOf = ({defaultBytes, bytesOf}: Quotas, name: string): number =>
	name === '' ? Number.POSITIVE_INFINITY : (bytesOf[name] ?? defaultBytes);

/** What goes, in this order; nothing within the limit. First from packages above their quota, the one that is furthest above first. */
export function planEviction(
	packages: readonly PackageSum[],
	limitBytes: number,
	quotas: Quotas,
): readonly Cut[] {
	const all = {
		unprovenBytes: sum(packages.map(({unprovenBytes}) => unprovenBytes)),
		provenBytes: sum(packages.map(({provenBytes}) => provenBytes)),
	};
	if (sizeOf(all) <= limitBytes) return [];
	const over = packages
		.map(each => ({each, quotaBytes: quotaOf(quotas, each.name)}))
		.map(({each, quotaBytes}) => ({each, quotaBytes, overBytes: sizeOf(each) - quotaBytes}))
		.filter(({overBytes}) => overBytes > 0)
		.sort((some, other) => other.overBytes - some.overBytes);
	let excessBytes = sizeOf(all) - limitBytes * lowMark;
	const cuts: Cut[] = [];
	for (const {each, quotaBytes, overBytes} of over) {
		const sizeBytes = Math.min(overBytes, excessBytes);
		cuts.push(...split(each, each.name, sizeBytes, quotaBytes));
		excessBytes -= sizeBytes;
	}
	const cutOf = (proven: boolean) =>
		sum(cuts.filter(cut => cut.proven === proven).map(({sizeBytes}) => sizeBytes));
	const left = {
		unprovenBytes: all.unprovenBytes - cutOf(false),
		provenBytes: all.provenBytes - cutOf(true),
	};
	cuts.push(...split(left, undefined, excessBytes, limitBytes));
	return cuts.filter(({sizeBytes}) => sizeBytes > 0);
}

/** New entries go first, down to the share that is theirs; then proven ones. */
function split(
	from: Omit<PackageSum, 'name'>,
	name: string | undefined,
	sizeBytes: number,
	roomBytes: number,
): readonly Cut[] {
	const spare = Math.max(0, from.unprovenBytes - roomBytes * unprovenShare);
	const unproven = Math.min(spare, sizeBytes);
	const proven = Math.min(from.provenBytes, sizeBytes - unproven);
	return [
		{name, proven: false, sizeBytes: unproven},
		{name, proven: true, sizeBytes: proven},
		{name, proven: false, sizeBytes: sizeBytes - unproven - proven},
	];
}

const sizeOf = ({provenBytes, unprovenBytes}: Omit<PackageSum, 'name'>): number =>
	provenBytes + unprovenBytes;

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
