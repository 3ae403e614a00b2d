import {type Quotas, quotaOf} from '../../../store/eviction-plan.js';
import type {VersionUse} from '../../../store/packages.js';

/** What `--json` says of a package, or of a version. The names stay. */
export interface PackageRow {
	/** CATEGORY/PACKAGE, CATEGORY/PF, or empty: compiles outside Portage. */
	readonly package: string;
	readonly entries: number;
	readonly sizeBytes: number;
	/** Of what is in the cache, between 0 and 1. */
	readonly share: number;
	/** Of entries that were served since they were stored. */
	readonly servedBytes: number;
	/** Of the package in all its versions; null: none. */
	readonly quotaBytes: number | null;
	/** ISO 8601. */
	readonly oldestUse: string;
	readonly newestUse: string;
}

/** The largest first. */
export function packageRows(
	uses: readonly VersionUse[],
	by: 'package' | 'version',
	cacheBytes: number,
	quotas: Quotas,
): readonly PackageRow[] {
	const groups = new Map<string, VersionUse>();
	for (const use of uses) {
		const key = by === 'package' ? use.name : use.version;
		const group = groups.get(key);
		groups.set(key, group === undefined ? use : together(group, use));
	}
	return [...groups]
		.sort(([, some], [, other]) => other.sizeBytes - some.sizeBytes)
		.map(([key, {name, entries, sizeBytes, provenBytes, oldestUseMs, newestUseMs}]) => {
			const quotaBytes = quotaOf(quotas, name);
			return {
				package: key,
				entries,
				sizeBytes,
				share: cacheBytes === 0 ? 0 : Number((sizeBytes / cacheBytes).toFixed(4)),
				servedBytes: provenBytes,
				quotaBytes: Number.isFinite(quotaBytes) ? quotaBytes : null,
				oldestUse: new Date(oldestUseMs).toISOString(),
				newestUse: new Date(newestUseMs).toISOString(),
			};
		});
}

function together(some: VersionUse, other: VersionUse): VersionUse {
	return {
		...some,
		entries: some.entries + other.entries,
		sizeBytes: some.sizeBytes + other.sizeBytes,
		provenBytes: some.provenBytes + other.provenBytes,
		oldestUseMs: Math.min(some.oldestUseMs, other.oldestUseMs),
		newestUseMs: Math.max(some.newestUseMs, other.newestUseMs),
	};
}
