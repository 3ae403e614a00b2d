/** What the cache keeps and how it is asked. */

/** One version of one file: shared between manifests, so that a header that a thousand of them name is kept once. */
export interface FileVersion {
	/** As the compiler opened it; relative ones are relative to the compile's cwd. */
	readonly path: string;
	/** SHA-256 of the content, hex. */
	readonly digest: string;
}

/** Direct mode: with these files as they are, and those not there, the result is that one. */
export interface Manifest {
	readonly resultKey: string;
	readonly includes: readonly FileVersion[];
	/** Paths that would have shadowed an include, or answered a __has_include, had they been there. */
	readonly absent: readonly string[];
	/** Paths that answered a __has_include by being there. */
	readonly present: readonly string[];
}

export interface Member {
	/** An OutputKind, 'stdout', 'stderr' or another stream name; unique within an entry. */
	readonly name: string;
	readonly bytes: Buffer;
	/** Executable bits and the like, before the umask; 0o666 for a plain file. */
	readonly mode: number;
}

/** What is known of an entry beside its bytes; restored from the blob when the index is rebuilt. */
export interface EntryFacts {
	readonly createdMs: number;
	/** Wall time of the compile that made it: what a hit saves. */
	readonly compileMs: number;
	readonly compiler: string;
	readonly language: string;
	/** CATEGORY/PF, or empty. */
	readonly package: string;
	readonly directKey: string | undefined;
	readonly manifest: Manifest | undefined;
	readonly preprocessedKey: string | undefined;
	/** Digest over the raw sources: a preprocessed hit whose result reads them needs it to be equal. */
	readonly sourcesDigest: string | undefined;
	/** Names of the translation unit under which a later, changed compile finds that it was here before (see `seen`). */
	readonly unitKeys: readonly string[];
}

export interface Entry {
	readonly resultKey: string;
	readonly facts: EntryFacts;
	readonly members: readonly Member[];
}

/** What a hit needs, without the manifest. */
export interface StoredEntry {
	readonly resultKey: string;
	readonly compileMs: number;
	readonly sourcesDigest: string | undefined;
	readonly sizeBytes: number;
	readonly members: readonly Member[];
}

/** An index that is being made anew. */
export interface Rebuild {
	/** In the index by now. */
	readonly entries: number;
	/** Of the folder, 0 to 1; 1: it is done. */
	readonly share: number;
}

export interface StoreUsage {
	readonly entries: number;
	readonly sizeBytes: number;
	readonly limitBytes: number;
}

/**
 * The cache. Synchronous: each call is microseconds of SQLite or one file, and a hit is answered within one turn of the loop.
 * Questions never throw: whatever is broken is a miss, and what is damaged heals. `put`, `addManifest` and `maintain` throw an
 * AppError of a STORE_* code for what they could not do; the next call tries again. A READ_ONLY store keeps nothing and throws
 * nothing.
 */
export interface Store {
	/** Newest first, at most `manifestsPerKey`. The same objects as long as nothing changed. */
	manifests(directKey: string): readonly Manifest[];
	/** The result of a preprocessed compile. */
	preprocessed(preprocessedKey: string): string | undefined;
	/** Whether an entry was stored under this unit key: what decides if running the preprocessor is worth its time. */
	seen(unitKey: string): boolean;
	/** A damaged or missing blob is a miss that removes its entry. */
	get(resultKey: string): StoredEntry | undefined;
	/**
	 * Stores blob, index row, manifest and names; evicts down to the low mark when above the limit. An entry that is larger than the
	 * limit is not stored: with a limit of 0, none is.
	 */
	put(entry: Entry): void;
	/** Another set of files under which direct mode finds an entry that is there. Not restored when the index is rebuilt. */
	addManifest(directKey: string, manifest: Manifest): void;
	usage(): StoreUsage;
	/** Writes when entries were last used; every second or so. Never throws. */
	flush(): void;
	/** Tidies up, a bounded step a call; every hour or so. */
	maintain(): void;
	/** One line an entry of direct mode. */
	describeManifests(): Iterable<string>;
	close(): void;
}

/** A source with more versions of its headers than this is looked up among the newest ones. */
export const manifestsPerKey = 16;
