/** What a compiler command line means: the one type that parsing makes and everything else reads. */

export type Family = 'gcc' | 'clang';

/** What the program's name says: gcc and clang, g++ and clang++, or the preprocessor. */
export type DriverMode = 'c' | 'c++' | 'cpp';

/** GCC's own `-x` names for what a source is. */
export type Language =
	| 'c'
	| 'c++'
	| 'objective-c'
	| 'objective-c++'
	| 'assembler-with-cpp'
	| 'cpp-output'
	| 'c++-cpp-output'
	| 'objective-c-cpp-output'
	| 'objective-c++-cpp-output'
	| 'assembler';

export type OutputKind =
	| 'object'
	| 'assembly'
	| 'dependencies'
	| 'dwo'
	| 'gcno'
	| 'stackUsage'
	| 'callgraphInfo'
	| 'listing'
	| 'serializedDiagnostics';

/** A file that the compile writes. `path` is as the compiler would open it, relative to the cwd. */
export interface Output {
	readonly kind: OutputKind;
	readonly path: string;
}

/** The dependency file that the user asked for (`-MD`, `-MMD`). */
export interface DependencyFile {
	readonly path: string;
	/** `-MD`: headers of the system are in it, so it names every file that was read. */
	readonly system: boolean;
}

/** Where `#include` looks, as far as the command line says; the compiler's own folders come from a probe. */
export interface Search {
	/** -iquote */
	readonly quote: readonly string[];
	/** -I */
	readonly bracket: readonly string[];
	/** -isystem */
	readonly system: readonly string[];
	/** -idirafter */
	readonly after: readonly string[];
	/** -include and -imacros, in order: looked up in the cwd first. */
	readonly forced: readonly string[];
	/** Arguments that change the compiler's own folders (-nostdinc, -stdlib=...): the probe gets them. */
	readonly probe: readonly string[];
}

export interface CompileCommand {
	readonly kind: 'compile';
	readonly family: Family;
	readonly language: Language;
	/** Run by the preprocessor first: everything but `*-cpp-output` and `assembler`. */
	readonly preprocessed: boolean;
	/** As given, response files expanded, without the program. */
	readonly args: readonly string[];
	/** The source as spelled. */
	readonly input: string;
	/** What macros of the command line stand for, a line each: as good as text of the source. */
	readonly definitions: string;
	/** -c or -S */
	readonly mode: 'object' | 'assembly';
	/** The main output first. Never contains two of the same path. */
	readonly outputs: readonly Output[];
	/** The user's dependency file; undefined when none is asked for. */
	readonly dependencies: DependencyFile | undefined;
	readonly search: Search;
	/**
	 * Every argument that the result can depend on, spelled so that equal meaning is equal text; for direct mode's key.
	 * Left out: the input, output paths that leave no trace in the outputs, colours, and what has no effect (-pipe).
	 */
	readonly hashedArgs: readonly string[];
	/** The same without what only the preprocessor reads (-I, -D, -include...): for the preprocessed key. */
	readonly preprocessedHashedArgs: readonly string[];
	/** Files that the compile reads beside source and headers and whose content goes into the key (sanitizer lists, profiles). */
	readonly extraInputs: readonly string[];
	/** Arguments on which it depends which programs really run and what these read by themselves: every probe gets them. */
	readonly identityArgs: readonly string[];
	/** -march=native, -mtune=native or -mcpu=native, as spelled: to be expanded for the key. */
	readonly nativeArgs: readonly string[];
	/** The cwd is named in an output (debug info, coverage). */
	readonly cwdMatters: boolean;
	/** The bytes of the sources reach the result past the preprocessor (-g3, clang's -g, comment-reading warnings). */
	readonly sourceBytesMatter: boolean;
	/** -fdiagnostics-color as the command line leaves it. */
	readonly color: 'auto' | 'always' | 'never';
	/** Arguments that run the preprocessor alone, to stdout, without touching any of the outputs. Without the program. */
	readonly preprocessArgs: readonly string[];
}

export type ParsedCommand =
	| CompileCommand
	/** Links, queries, -E, -M: nothing to cache. */
	| {readonly kind: 'notCompile'; readonly reason: string}
	/** A compile, but one whose inputs or outputs we do not fully know. `reason` is the statistics' label, an option where there is one. */
	| {readonly kind: 'notCacheable'; readonly reason: string};
