import type {Explanation} from './explanation.js';

/** One compile, as the statistics keep it. */

export type Outcome =
	| 'directHit'
	| 'preprocessedHit'
	| 'miss'
	/** A compile that is not cached; `reason` says why. */
	| 'notCacheable'
	/** Linking, -E, a query: `reason` says which. */
	| 'notCompile'
	/** The compiler itself ended with an error: the user's, not ours. */
	| 'failed'
	/** Something of ours went wrong and the real compiler ran instead; `reason` is an error code. */
	| 'fallback';

export interface CompileRecord {
	/** When it began, milliseconds since the epoch. */
	readonly atMs: number;
	/** CATEGORY/PF, or empty outside Portage. */
	readonly package: string;
	readonly cwd: string;
	/** Path of the real compiler. */
	readonly compiler: string;
	/** 'gcc', 'clang', 'rustc' or 'clippy'; empty for what is none of them. */
	readonly family: string;
	/** A Language of compiler/command.ts, 'rust', or empty. */
	readonly language: string;
	/** The source as spelled, the crate's name, or empty. */
	readonly source: string;
	readonly outcome: Outcome;
	readonly reason: string;
	/** `ip:port` of the build server whose result was taken; empty: compiled here, or not compiled. */
	readonly server: string;
	/** The shared cache that a hit came from, like `redis`; empty: the disk. */
	readonly tier: string;
	/** Why a compile that could have gone to a server ran here; empty when it went, or when there is no farm. */
	readonly notDistributed: string;
	/** Servers that were tried before and did not do it, by `ip:port`; each is counted as one error. */
	readonly failedServers: readonly string[];
	/** From the shim's first byte to the daemon's last. */
	readonly elapsedMs: number;
	/** Wall time of the compiler run that happened, 0 for a hit. */
	readonly compileMs: number;
	/** Compile time recorded with the entry, less elapsedMs; 0 unless a hit. */
	readonly savedMs: number;
	/** Bytes of all outputs written or stored. */
	readonly sizeBytes: number;
	/** A miss whose result could not be stored (cache read-only, full disk): counted as a write error. */
	readonly writeError: boolean;
	/** SCCACHE_RECACHE was set. */
	readonly recached: boolean;
	/** Time spent storing, 0 when nothing was. */
	readonly storeMs: number;
	/** See `lostTimeMs`. */
	readonly lostMs: number;
	/** Undefined for a hit of the disk, and for what was not understood as a compile. */
	readonly explanation?: Explanation;
}
