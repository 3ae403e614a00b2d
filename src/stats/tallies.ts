import type {CompileRecord, Outcome} from './record.js';

/** Compiles of one package that went the same way. */
export interface Tally {
	/** CATEGORY/PF */
	readonly package: string;
	readonly outcome: Outcome;
	readonly server: string;
	readonly failedServers: readonly string[];
	readonly compiles: number;
	/** When the last one began, milliseconds since the epoch; of old ones the day alone is known. */
	readonly lastMs: number;
}

/** How one compile went. */
export type CompileSeen = Pick<CompileRecord, 'outcome' | 'reason' | 'server' | 'notDistributed'>;

/** What we had to do with the builds of one version of a package. */
export interface PackageBuilds {
	/** CATEGORY/PF */
	readonly package: string;
	/** Calls of a compiler that came to us. */
	readonly requests: number;
	/** Those among them that compile something. */
	readonly compiles: number;
	readonly hits: number;
	/** Done by build servers. */
	readonly remote: number;
	/** Something of ours failed, and the real compiler ran. */
	readonly errors: number;
	/** Attempts of build servers that failed. */
	readonly serverErrors: number;
	/** The compiler itself ended with an error. */
	readonly failed: number;
	readonly lastMs: number;
}

/** One row a version, the one that was built last first. */
export function packageBuilds(tallies: readonly Tally[]): readonly PackageBuilds[] {
	const names = [...new Set(tallies.map(tally => tally.package))];
	return names
		.map(name =>
			builds(
				name,
				tallies.filter(tally => tally.package === name),
			),
		)
		.toSorted((one, other) => other.lastMs - one.lastMs);
}

function builds(name: string, tallies: readonly Tally[]): PackageBuilds {
	const count = (...outcomes: readonly Outcome[]) =>
		sum(tallies.filter(({outcome}) => outcomes.includes(outcome)).map(({compiles}) => compiles));
	const requests = sum(tallies.map(({compiles}) => compiles));
	return {
		package: name,
		requests,
		compiles: requests - count('notCompile'),
		hits: count('directHit', 'preprocessedHit'),
		remote: sum(tallies.filter(({server}) => server !== '').map(({compiles}) => compiles)),
		errors: count('fallback'),
		serverErrors: sum(tallies.map(({failedServers, compiles}) => failedServers.length * compiles)),
		failed: count('failed'),
		lastMs: Math.max(...tallies.map(({lastMs}) => lastMs)),
	};
}

const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);
