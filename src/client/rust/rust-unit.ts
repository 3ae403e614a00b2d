import type {RustKeyContext} from '../../key/rust-keys.js';
import type {CompileRequest} from '../../protocol/frames.js';
import type {RustCommand} from '../../rustc/command.js';
import type {Roots} from '../../rustc/roots.js';
import type {RustScan} from '../../rustc/scan.js';
import type {ShimConnection} from '../shim-connection.js';
import type {SourceFiles} from '../source-files.js';
import type {Trail} from '../trail.js';
import type {Parts} from '../unit.js';
import type {RustCompiler, RustCompilers} from './rust-compilers.js';

/** What a worker has for Rust alone. */
export interface RustParts {
	readonly compilers: RustCompilers;
	readonly sources: SourceFiles<RustScan>;
}

/** One cacheable crate under way. */
export interface RustUnit {
	readonly parts: Parts;
	readonly shim: ShimConnection;
	readonly request: CompileRequest;
	readonly command: RustCommand;
	readonly compiler: RustCompiler;
	readonly context: RustKeyContext;
	readonly roots: Roots;
	readonly sourceDigest: string;
	readonly directKey: string;
	/** What is said has the form that a terminal gives it. */
	readonly saysToTerminal: boolean;
	/** Names of the variables that one of the macros in reach may ask for. */
	readonly macroVariables: readonly string[];
	/** Those that `-l static=` leads to. */
	readonly staticLibraries: readonly string[];
	/** Files beside the sources whose content is in the key. */
	readonly inputs: readonly string[];
	/** Of `inputs`, from when they were read. */
	readonly inputStamps: Buffer;
	readonly trail: Trail;
}
