import type {RustCommand} from '../rustc/command.js';
import {keyOf} from './fields.js';
import type {Field} from './keys.js';

/** What names a crate's result beside its sources. Paths under roots are given without them (`rustc/roots.ts`). */
export interface RustKeyContext {
	readonly command: RustCommand;
	/** Digest of the compiler, its libraries and the target's. */
	readonly compilerDigest: string;
	/** What -C target-cpu=native means here; empty without it. */
	readonly nativeExpansion: readonly string[];
	readonly hashedArgs: readonly string[];
	readonly input: string;
	readonly cwd: string;
	/** `NAME=VALUE`, see `rustEnvironment`. */
	readonly env: readonly string[];
	/** Names and contents of the crates that are used. */
	readonly externs: readonly (readonly [name: string, digest: string])[];
	/** Names and contents of the procedural macros in reach, and the variables that they may ask for. */
	readonly macros: readonly string[];
	/** Target specifications, profiles, static libraries and the like. */
	readonly extraInputs: readonly (readonly [path: string, digest: string])[];
	/** Where a linker looks, and under which names it found the crates; empty where none runs. */
	readonly search: readonly string[];
	/** What decides how diagnostics look; empty when a program reads them. */
	readonly look: readonly string[];
}

/** Finds the manifests of a crate, by the digest of its root. */
export function rustDirectKey(context: RustKeyContext, sourceDigest: string): string {
	return keyOf('rust direct', [...rustDirectFields(context), ['source', [sourceDigest]]]);
}

/** All that a crate's direct key is made of beside its root. */
export function rustDirectFields(context: RustKeyContext): readonly Field[] {
	const {command} = context;
	return [
		['compiler', [command.program, context.compilerDigest]],
		['native', context.nativeExpansion],
		['crate', [command.crateName]],
		['args', context.hashedArgs],
		['input', [context.input]],
		['cwd', [context.cwd]],
		['env', context.env],
		['externs', context.externs.flat()],
		['macros', context.macros],
		['extra', context.extraInputs.flat()],
		['outputs', command.outputs.map(({kind}) => kind)],
		['search', context.search],
		['look', context.look],
	];
}
