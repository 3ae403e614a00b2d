import type {DistConfig} from './dist-config.js';
import {type SharedConfig, tierLocation} from './shared-config.js';

/** What the client side is told: by its file and by SCCACHE_* variables, read once. */

export type ReadWriteMode = 'READ_ONLY' | 'READ_WRITE';

export interface PackageQuotas {
	readonly defaultBytes: number;
	/** By CATEGORY/PACKAGE. */
	readonly bytesOf: Readonly<Record<string, number>>;
}

export interface ClientConfig {
	/** The file that was read; undefined when there is none. */
	readonly file: string | undefined;
	/** Unix socket of the daemon; a leading NUL: an abstract one. Exactly one of this and `port` is set. */
	readonly socketPath: string | undefined;
	/** TCP on 127.0.0.1. */
	readonly port: number | undefined;
	readonly cacheDir: string;
	readonly cacheSizeBytes: number;
	/** What one package may take of a full cache. */
	readonly packageQuotas: PackageQuotas;
	readonly rwMode: ReadWriteMode;
	readonly directMode: boolean;
	/** Seconds without a request after which the daemon ends; 0: never. */
	readonly idleTimeoutS: number;
	readonly startupTimeoutMs: number;
	readonly errorLog: string | undefined;
	readonly noDaemon: boolean;
	/** undefined: as many as the cores ask for. */
	readonly workers: number | undefined;
	/** Compiles at once on this machine while others can go to the farm; 0: all that can go, goes. undefined: as many as it has cores. */
	readonly localSlots: number | undefined;
	/** Absolute: the same compile below another of them is the same. */
	readonly baseFolders: readonly string[];
	/** Whether the compiler is told to put another folder in place of the build's in all that it writes. */
	readonly mapsBuildPaths: boolean;
	/** Port on 127.0.0.1 for /metrics; undefined: there is none. */
	readonly metricsPort: number | undefined;
	/** Port on 127.0.0.1 for the dashboard of this host; undefined: there is none. */
	readonly dashboardPort: number | undefined;
	/** The farm; undefined: compiles stay here. */
	readonly dist: DistConfig | undefined;
	/** Stores behind the disk; undefined: there are none. */
	readonly shared: SharedConfig | undefined;
	/** Settings that were given for what this version does not do yet. */
	readonly notYet: readonly string[];
	/** What the user should hear of, beside notYet. */
	readonly warnings: readonly string[];
}

/** Where the cache is, as the statistics say it; in upstream's words. */
export function cacheLocation({cacheDir, shared}: ClientConfig): string {
	return shared === undefined
		? diskLocation(cacheDir)
		: `Multi-level (${shared.tiers.length + 1} levels)`;
}

/** The disk, and what is behind it; nothing without any. */
export function cacheLevels({
	cacheDir,
	shared,
}: ClientConfig): {readonly name: string; readonly location: string}[] {
	if (shared === undefined) return [];
	const tiers = shared.tiers.map(tier => ({name: tier.kind, location: tierLocation(tier)}));
	return [{name: 'disk', location: diskLocation(cacheDir)}, ...tiers];
}

function diskLocation(cacheDir: string): string {
	return `Local disk: ${JSON.stringify(cacheDir)}`;
}
