/** What a rustc command line means: the one type that parsing makes and everything else reads. */

/** Of `--emit`. */
export type Emit = 'asm' | 'dep-info' | 'link' | 'llvm-bc' | 'llvm-ir' | 'metadata' | 'mir' | 'obj';

/** What is made of a crate, where it is cached. */
export type CrateType = 'cdylib' | 'dylib' | 'proc-macro' | 'rlib' | 'staticlib';

/** An `Emit`, or what `link` makes of each crate type: a Rust library, an archive, a shared object. */
export type RustOutputKind = Exclude<Emit, 'link'> | 'archive' | 'rlib' | 'shared';

/** A file that the compile writes. `path` is as rustc spells it, relative to the cwd where it is relative. */
export interface RustOutput {
	readonly kind: RustOutputKind;
	readonly path: string;
}

/** `--extern [options:]name[=path]` */
export interface Extern {
	/** With the options in front. */
	readonly name: string;
	/** Undefined for a crate of the sysroot (`--extern proc_macro`). */
	readonly path: string | undefined;
}

/** `-L [kind=]path` */
export interface SearchPath {
	readonly kind: string;
	readonly path: string;
}

/** `-l [kind[:modifiers]=]name[:rename]` with a kind that takes the library into the crate. */
export interface StaticLibrary {
	readonly name: string;
	/** `+verbatim`: the name is a file's. */
	readonly verbatim: boolean;
}

export interface RustCommand {
	readonly kind: 'compile';
	readonly program: 'clippy' | 'rustc';
	readonly crateName: string;
	/** The root of the crate as spelled. */
	readonly input: string;
	/** The main output first. Never contains two of the same path. */
	readonly outputs: readonly RustOutput[];
	readonly externs: readonly Extern[];
	readonly searchPaths: readonly SearchPath[];
	readonly staticLibraries: readonly StaticLibrary[];
	/** Files beside the sources whose content goes into the key (target specifications, profiles). */
	readonly extraInputs: readonly string[];
	/** Folders whose names are not to be in the outputs: the FROM of each --remap-path-prefix that is absolute. */
	readonly remapped: readonly string[];
	/** Every argument that the result can depend on, spelled so that equal meaning is equal text. Paths of inputs and outputs are left out. */
	readonly hashedArgs: readonly string[];
	/** Arguments on which it depends which compiler and which target's libraries are used. */
	readonly identityArgs: readonly string[];
	/** `-C target-cpu=native`: to be spelled out for the key. */
	readonly native: boolean;
	/** A linker runs: it, and all that it reads, is part of the result. */
	readonly links: boolean;
	/** `-C linker`, where one is named. */
	readonly linker: string | undefined;
	/** `-C link-arg` and `-C link-args`: what the linker is told besides. */
	readonly linkArgs: readonly string[];
	/** An archive of all crates is made: each crate's own code is part of the result. */
	readonly bundles: boolean;
	/** Diagnostics go to whoever reads JSON; otherwise they depend on the terminal. */
	readonly json: boolean;
	/** Paths may stand in the outputs in a form that a search does not find (compressed coverage maps, linked sections). */
	readonly hidesPaths: boolean;
	/** As given, argument files expanded, without the program, and for clippy-driver without rustc's path. */
	readonly args: readonly string[];
	/** The same without --emit and -o. */
	readonly argsWithoutOutputs: readonly string[];
}

export type ParsedRustCommand =
	| RustCommand
	/** Queries, programs, tests: nothing to cache. */
	| {readonly kind: 'notCompile'; readonly reason: string}
	/** A compile, but one whose inputs or outputs we do not fully know. */
	| {readonly kind: 'notCacheable'; readonly reason: string};
