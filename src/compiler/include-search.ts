import type {Search} from './command.js';
import type {IncludeDirective, SourceScan} from './includes.js';

/** The folders of `#include`, in order. */
export interface SearchChain {
	/** Only for the quote form, after the includer's own folder. */
	readonly quote: readonly string[];
	readonly bracket: readonly string[];
	/** -include and -imacros. */
	readonly forced: readonly string[];
}

/**
 * The command line's folders around the compiler's own (GCC manual, "Options for Directory Search"; CPATH follows -I, says
 * "Environment Variables Affecting GCC", an empty part of it being the cwd).
 */
export function searchChain(
	search: Search,
	compilerFolders: readonly string[],
	cpath: string | undefined,
): SearchChain {
	const fromVariable =
		cpath === undefined || cpath === '' ? [] : cpath.split(':').map(folder => folder || '.');
	return {
		quote: search.quote,
		bracket: [
			...search.bracket,
			...fromVariable,
			...search.system,
			...compilerFolders,
			...search.after,
		],
		forced: search.forced,
	};
}

/** One place where the compile looked, or may have looked, for a file; `candidates` in order. */
export interface Lookup {
	readonly candidates: readonly string[];
	/** `__has_include` and the like: that nothing was found is an answer, too. */
	readonly probe: boolean;
	readonly next: boolean;
}

/** A file that took part, as spelled. */
export interface ScannedFile {
	readonly path: string;
	readonly scan: SourceScan;
}

const implicitHeader: IncludeDirective = {
	form: 'angle',
	name: 'stdc-predef.h',
	next: false,
	probe: true,
};

/** What the directives of files make a compile look for; what is alike is one and the same Lookup. */
export class LookupTable {
	readonly #chain: SearchChain;
	readonly #made = new Map<string, Lookup>();
	#pathCount = 0;
	readonly #ofHeaders = new WeakMap<SourceScan, Map<string, readonly Lookup[]>>();
	/** For the header that gcc includes by itself where it is there. */
	readonly implicit: Lookup;

	constructor(chain: SearchChain) {
		this.#chain = chain;
		this.implicit = this.#once(implicitHeader, '');
	}

	/** How many paths they name. */
	get pathCount(): number {
		return this.#pathCount;
	}

	/** Those that are made before the source is read. */
	first(): readonly Lookup[] {
		const forced = this.#chain.forced.map(
			name => ({form: 'quote', name, next: false, probe: false}) as const,
		);
		return [
			this.implicit,
			...forced.flatMap(directive => [
				...this.#of(directive, '', true),
				// By this name clang's driver takes one for -include.
				this.#once({...directive, name: `${directive.name}.pch`, probe: true}, ''),
			]),
		];
	}

	ofSource({path, scan}: ScannedFile): readonly Lookup[] {
		const folder = folderOf(path);
		return scan.directives.flatMap(directive => this.#of(directive, folder, true));
	}

	/** A header is read once for all the sources that include it. */
	ofHeader({path, scan}: ScannedFile): readonly Lookup[] {
		const folder = folderOf(path);
		let byFolder = this.#ofHeaders.get(scan);
		if (byFolder === undefined) {
			byFolder = new Map();
			this.#ofHeaders.set(scan, byFolder);
		}
		let found = byFolder.get(folder);
		if (found === undefined) {
			found = scan.directives.flatMap(directive => this.#of(directive, folder, false));
			byFolder.set(folder, found);
		}
		return found;
	}

	#of(directive: IncludeDirective, folder: string, isSource: boolean): readonly Lookup[] {
		const lookup = this.#once(directive, folder);
		if (!isSource || directive.probe) return [lookup];
		// A precompiled header stands in for the first include only, so only the source and -include can bring one.
		return [lookup, this.#once({...directive, name: `${directive.name}.gch`, probe: true}, folder)];
	}

	#once(directive: IncludeDirective, folder: string): Lookup {
		const {form, name, next, probe} = directive;
		const key = `${form === 'quote' ? `"${folder}` : '<'}\0${name}\0${next}\0${probe}`;
		let made = this.#made.get(key);
		if (made === undefined) {
			made = {candidates: candidatesOf(directive, folder, this.#chain), probe, next};
			this.#made.set(key, made);
			this.#pathCount += made.candidates.length;
		}
		return made;
	}
}

/** By its name a file, or a folder of such files, that a compiler may take instead of a header. */
export const precompiledName = /\.(?:gch|pch)$/;

/** Every lookup that the directives in `files` can have made; a superset. The first file is the source. */
export function lookups(files: readonly ScannedFile[], chain: SearchChain): readonly Lookup[] {
	const table = new LookupTable(chain);
	const [source, ...headers] = files;
	const made = [
		...table.first(),
		...(source === undefined ? [] : table.ofSource(source)),
		...headers.flatMap(header => table.ofHeader(header)),
	];
	return [...new Set(made)];
}

/** For a file that no literal directive explains (`#include MACRO`): every name under which the search can have found it. */
export function computedLookups(
	path: string,
	files: readonly ScannedFile[],
	chain: SearchChain,
): readonly Lookup[] {
	const includers = files.filter(({scan}) => scan.computed).map(file => folderOf(file.path));
	const folders = [...new Set([...includers, ...chain.quote, ...chain.bracket])];
	const names = new Set(
		folders.flatMap(folder => (isBelow(path, folder) ? [nameBelow(path, folder)] : [])),
	);
	return [...names].flatMap(name =>
		[...new Set(includers)].map(folder => ({
			candidates: candidatesOf({form: 'quote', name, next: true, probe: false}, folder, chain),
			probe: false,
			next: true,
		})),
	);
}

function candidatesOf(
	{form, name}: IncludeDirective,
	folder: string,
	chain: SearchChain,
): readonly string[] {
	if (name.startsWith('/')) {
		return [name];
	}
	const bracket = chain.bracket.map(searched => under(searched, name));
	return form === 'angle'
		? bracket
		: [under(folder, name), ...chain.quote.map(searched => under(searched, name)), ...bracket];
}

function under(folder: string, name: string): string {
	if (folder === '') {
		return name;
	}
	return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

function folderOf(path: string): string {
	const slash = path.lastIndexOf('/');
	if (slash === -1) {
		return '';
	}
	return slash === 0 ? '/' : path.slice(0, slash);
}

function isBelow(path: string, folder: string): boolean {
	if (folder === '' || folder === '.') {
		return !path.startsWith('/');
	}
	return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function nameBelow(path: string, folder: string): string {
	if (folder === '' || folder === '.') {
		return path;
	}
	return path.slice(folder.endsWith('/') ? folder.length : folder.length + 1);
}

/** What a candidate was found to be. `file` tells files apart whatever they are called. */
export type CandidateState =
	| {readonly state: 'file'; readonly file: string}
	| {readonly state: 'other'}
	| {readonly state: 'absent'};

export interface SearchFacts {
	/** Paths whose appearing would change the compile. */
	readonly absent: ReadonlySet<string>;
	/** Paths whose vanishing would. */
	readonly present: ReadonlySet<string>;
	/** Files that a lookup found. */
	readonly explained: ReadonlySet<string>;
	/** Their paths, read or not. */
	readonly found: ReadonlySet<string>;
	/** Paths to which an include leads if it is reached. */
	readonly targets: ReadonlySet<string>;
}

/** Which candidates matter, now that it is known which files there are and which of them (`used`) the compile read. */
export function searchFacts(
	all: readonly Lookup[],
	stateOf: (path: string) => CandidateState,
	used: ReadonlySet<string>,
): SearchFacts {
	const absent = new Set<string>();
	const present = new Set<string>();
	const explained = new Set<string>();
	const found = new Set<string>();
	const targets = new Set<string>();
	for (const lookup of all) {
		const states = lookup.candidates.map(stateOf);
		for (const target of lookup.probe ? [] : targetsOf(lookup, states)) targets.add(target);
		const end = lookup.probe ? probeEnd(states, lookup.next) : includeEnd(states, used);
		for (let index = 0; index < end; index++) {
			const state = states[index];
			const path = lookup.candidates[index] as string;
			if (state?.state === 'file') {
				explained.add(state.file);
				found.add(path);
				if (lookup.probe) {
					present.add(path);
				}
			} else {
				absent.add(path);
			}
		}
	}
	return {absent, present, explained, found, targets};
}

function targetsOf(
	{candidates, next}: Lookup,
	states: readonly CandidateState[],
): readonly string[] {
	const there = candidates.filter((_, index) => states[index]?.state === 'file');
	return next ? there : there.slice(0, 1);
}

/** An include matters up to the last candidate that was read: folders may be given twice, and #include_next starts later. */
function includeEnd(states: readonly CandidateState[], used: ReadonlySet<string>): number {
	return states.findLastIndex(state => state.state === 'file' && used.has(state.file)) + 1;
}

/** A probe matters up to what answers it, or to the end when nothing does. */
function probeEnd(states: readonly CandidateState[], next: boolean): number {
	const found = next ? -1 : states.findIndex(state => state.state === 'file');
	return found === -1 ? states.length : found + 1;
}
