import type {CompileCommand} from '../compiler/command.js';
import type {Decoration} from '../compiler/decoration.js';
import type {SourceScan} from '../compiler/includes.js';
import type {KeyContext} from '../key/keys.js';
import type {Log} from '../lib/log.js';
import type {CompileRequest} from '../protocol/frames.js';
import type {Roots} from '../relocation/roots.js';
import type {Statistics} from '../stats/open-stats.js';
import type {Store} from '../store/store.js';
import type {SharedTiers} from '../tiers/shared-tiers.js';
import type {Absences} from './absences.js';
import type {Compiler, Compilers} from './compilers.js';
import type {Distribution} from './dist/distribution.js';
import type {ExpectedTimes} from './expected-times.js';
import type {Foresight} from './foresight.js';
import type {InFlight} from './in-flight.js';
import type {WorkerLive} from './live/worker-live.js';
import type {RustParts} from './rust/rust-unit.js';
import type {ShimConnection} from './shim-connection.js';
import type {SourceFiles} from './source-files.js';
import type {Trail} from './trail.js';

/** What a worker of the daemon works with; composed in worker.ts. */
export interface Parts {
	readonly store: Store;
	/** Behind the store; undefined: there is nothing. */
	readonly shared: SharedTiers | undefined;
	/** What the disk could not keep is not sent on, either. */
	readonly keepsTogether: boolean;
	/** A failure of any shared store counts as a write error of the cache. */
	readonly countsSharedErrors: boolean;
	readonly expected: ExpectedTimes;
	readonly statistics: Statistics;
	readonly compilers: Compilers;
	readonly sources: SourceFiles<SourceScan>;
	readonly absences: Absences;
	readonly foresight: Foresight;
	readonly inFlight: InFlight;
	/** For whoever watches. */
	readonly live: WorkerLive;
	readonly rust: RustParts;
	readonly directMode: boolean;
	/** Where sources lie, as the configuration has it: the same compile below another of them is the same. */
	readonly baseFolders: readonly string[];
	/** Whether the folder of a build is to be taken out of what the compiler writes. */
	readonly mapsBuildPaths: boolean;
	/** Undefined: every compile stays here. */
	readonly distribution: Distribution | undefined;
	readonly nowMs: () => number;
	readonly nowNs: () => bigint;
	readonly randomName: () => string;
	readonly log: Log;
	/** What went wrong without the build noticing. */
	readonly onError: (error: unknown) => void;
}

/** One cacheable compile under way. */
export interface Unit {
	readonly parts: Parts;
	readonly shim: ShimConnection;
	readonly request: CompileRequest;
	readonly command: CompileCommand;
	readonly compiler: Compiler;
	readonly context: KeyContext;
	readonly sourceDigest: string;
	/** Empty where nothing says where the build is done. */
	readonly roots: Roots;
	/** Beside those of the request. They are in `command`. */
	readonly addedArgs: readonly string[];
	/** Undefined when direct mode is off. */
	readonly directKey: string | undefined;
	/** Absolute, for the names under which a unit is found again. */
	readonly sourcePath: string;
	/** What the compiler adds to its diagnostics on the shim's stderr. */
	readonly decoration: Decoration;
	readonly trail: Trail;
}
