/** What is remembered of a compile that did not come from the cache, to tell later why. */
export interface Explanation {
	/** Of the source, absolute. */
	readonly path: string;
	/** Hex, like all digests here. */
	readonly sourceDigest: string;
	/** Empty when direct mode is off for it. */
	readonly directKey: string;
	readonly compilerDigest: string;
	/** What that digest is of. */
	readonly programs: readonly FileDigest[];
	/** What the direct key is made of, by name. */
	readonly fields: readonly KeyField[];
	readonly lookup: Lookup;
	/** What the files have that a stored entry was not made with, of the entry that came closest. */
	readonly differences: readonly Difference[];
	/** The preprocessed text was looked for as well. */
	readonly preprocessed: boolean;
	/** Servers that were asked, in order. */
	readonly attempts: readonly Attempt[];
	/** Shared caches that were asked, in order; missing: from before there were any. */
	readonly tiers?: readonly TierAsked[];
}

export type KeyField = readonly [name: string, values: readonly string[]];
export type FileDigest = readonly [path: string, digest: string];

/** What became of the search by direct key. */
export type Lookup =
	/** Not searched: switched off, or to be compiled anew. */
	| 'skipped'
	/** No entry has this key. */
	| 'unknown'
	/** Entries have it, each made with other files. */
	| 'filesDiffer'
	/** One fits, and its result is gone or can't serve this compile. */
	| 'unusable';

export interface Difference {
	readonly kind: /** It has another content than then. */
		| 'changed'
		/** It was read then, and is not there now. */
		| 'gone'
		/** It was not there then, and would be found first now. */
		| 'appeared'
		/** A `__has_include` found it then. */
		| 'unfound'
		/** A variable that the sources' macros depend on. */
		| 'variable'
		/** The result names the folder of its build; without a name. */
		| 'folder';
	/** A path, or a variable's name. */
	readonly name: string;
}

export interface TierAsked {
	/** Like `redis`. */
	readonly tier: string;
	/** In few words. */
	readonly answer: string;
	readonly elapsedMs: number;
}

export interface Attempt {
	/** `ip:port` of a build server; empty: the scheduler, which named none. */
	readonly server: string;
	/** An error code, or empty: it did it. */
	readonly code: string;
	readonly message: string;
	readonly elapsedMs: number;
}
