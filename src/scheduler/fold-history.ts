import type {LiveHistory, LiveSums} from '../protocol/live.js';

type Day = LiveHistory['days'][number];

/** What packages are called together that each are too small to be told apart. */
export const otherPackages = 'other packages';

/** The history in so many rows by day, or little more: the packages with the fewest compiles are added up. */
export function foldHistory(history: LiveHistory, mostDays: number): LiveHistory {
	let {days} = history;
	for (const kept of [100, 30, 10, 0]) {
		if (days.length <= mostDays) break;
		days = withOthers(days, kept);
	}
	return {hours: history.hours, days};
}

function withOthers(days: readonly Day[], kept: number): Day[] {
	const large = largest(days, kept);
	const sums = new Map<string, Day>();
	for (const row of days) {
		const name = large.has(row.package) ? row.package : otherPackages;
		const key = `${row.day} ${row.host} ${name}`;
		const before = sums.get(key);
		sums.set(key, {...row, ...(before === undefined ? {} : added(before, row)), package: name});
	}
	return [...sums.values()];
}

function largest(days: readonly Day[], count: number): ReadonlySet<string> {
	const compiles = new Map<string, number>();
	for (const row of days) {
		if (row.package === otherPackages) continue;
		compiles.set(row.package, (compiles.get(row.package) ?? 0) + row.compiles);
	}
	const sorted = [...compiles].sort(([, one], [, other]) => other - one);
	return new Set(sorted.slice(0, count).map(([name]) => name));
}

function added(one: LiveSums, other: LiveSums): LiveSums {
	return {
		compiles: one.compiles + other.compiles,
		hits: one.hits + other.hits,
		remote: one.remote + other.remote,
		savedMs: one.savedMs + other.savedMs,
	};
}
