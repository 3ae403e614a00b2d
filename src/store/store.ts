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

export interface StoreUsage {
	readonly entries: number;
	readonly sizeBytes: number;
	readonly limitBytes: number;
}

/**
 * The cache. Synchronous: each call is microseconds of SQLite or one file, and a hit is answered within one turn of the loop.
 * A miss is `undefined`. A damaged or missing blob is a miss that removes its entry. Throws StoreError for what is broken.
 */
export interface Store {
	/** Newest first, at most `limit`. */
	manifests(directKey: string): readonly Manifest[];
	/** The result of a preprocessed compile. */
	preprocessed(preprocessedKey: string): string | undefined;
	/** Whether an entry was stored under this unit key: what decides if running the preprocessor is worth its time. */
	seen(unitKey: string): boolean;
	get(resultKey: string): StoredEntry | undefined;
	/** Stores blob, index row, manifest and preprocessed key; evicts down to the low mark when above the high one. */
	put(entry: Entry): void;
	/** Another set of files under which direct mode finds an entry that is there. */
	addManifest(directKey: string, manifest: Manifest): void;
	usage(): StoreUsage;
	close(): void;
}
