import {meanMs, noTimes, observeTime, type RecentTimes} from '../placement/recent-times.js';

/** Until something was compiled. */
const beforehandMs = 1000;

/** What compiles of each kind took of late: as long as that, nothing that should save one may take. */
export class ExpectedTimes {
	readonly #times = new Map<string, RecentTimes>();

	of(kind: string): number {
		const times = this.#times.get(kind);
		return times === undefined ? beforehandMs : meanMs(times);
	}

	observe(kind: string, compileMs: number): void {
		this.#times.set(kind, observeTime(this.#times.get(kind) ?? noTimes, compileMs));
	}
}

/** What compiles alike. */
export const kindOf = (family: string, language: string): string => `${family} ${language}`;
