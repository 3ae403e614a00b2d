import type {Secret} from '../../lib/secret.js';
import type {InitSystem, PathChoice, Role} from '../plan/answers.js';

/** What flags have answered. */
export interface Given {
	readonly roles: readonly Role[] | undefined;
	readonly eprefix: string;
	readonly init: InitSystem | undefined;
	readonly joinCode: string | undefined;
	readonly schedulerAddress: string | undefined;
	readonly serverAddress: string | undefined;
	readonly schedulerUrl: string | undefined;
	readonly clientToken: Secret | undefined;
	readonly serverToken: Secret | undefined;
	readonly cacheSize: string | undefined;
	readonly toolchainCacheSize: string | undefined;
	readonly maxJobs: number | undefined;
	readonly memoryPerJob: string | undefined;
	readonly path: PathChoice | undefined;
	readonly switchWrappers: boolean | undefined;
	readonly reports: boolean | undefined;
	/** All packages of the shipped list, or none. */
	readonly excludeKnown: boolean | undefined;
	readonly shimFolder: string;
	readonly program: string;
}

/** What this machine offers for answers. */
export interface Host {
	/** As they stand in `host:port`. */
	readonly addresses: readonly string[];
	/** Where the cache will be. */
	readonly freeBytes: number;
	readonly memoryBytes: number;
	readonly cores: number;
	readonly randomBytes: (count: number) => Buffer;
}
