import type {CompileCommand} from '../compiler/command.js';
import {
	computedLookups,
	type Lookup,
	lookups,
	precompiledName,
	type ScannedFile,
	searchChain,
	searchFacts,
} from '../compiler/include-search.js';
import {type SourceScan, scanSource} from '../compiler/includes.js';
import {sourcesDigest} from '../key/keys.js';
import {changedNs, fileIdentity, isRegularFile, stampAt} from '../protocol/stamp.js';
import {pathWithoutRoots} from '../relocation/paths.js';
import {areNone, mentionsRoots} from '../relocation/roots.js';
import type {FileVersion} from '../store/store.js';
import {environmentCondition} from './conditions.js';
import {PathStates} from './path-states.js';
import type {Unit} from './unit.js';

const tooYoung = 'source or header younger than the compile';

/** What a finished compile read, and whether a later one can be answered from it. */
export type Evidence =
	| {readonly kind: 'uncacheable'; readonly reason: string}
	/** `direct` is undefined when the files alone don't decide the result: only preprocessed mode can find it again. */
	| {
			readonly kind: 'sound';
			readonly sourcesDigest: string;
			readonly direct: DirectEvidence | undefined;
			readonly naming: Naming;
			/** More than the preprocessed text shows gets into the result. */
			readonly columnsMatter: boolean;
	  };

/** How the sources' text can name the place where they lie. */
export interface Naming {
	/** An #include has a root in it, or the compiler itself may be asked for the name of a file that has. */
	readonly unseen: boolean;
	/** A macro may ask for such a name: the preprocessed text shows it. */
	readonly byMacros: boolean;
}

export interface DirectEvidence {
	readonly includes: readonly FileVersion[];
	readonly absent: readonly string[];
	readonly present: readonly string[];
}

/** What was found out since `startedNs`, and needs no second look. */
export interface KnownOfFiles {
	readonly states: PathStates;
	readonly lookups?: KnownLookups;
}

/** All that files can have made, and the digests of what these held then: of another content they say nothing. */
export interface KnownLookups {
	readonly all: readonly Lookup[];
	readonly digests: ReadonlyMap<string, string>;
}

/**
 * Looks at every file that the compile read, or may read. `files` as spelled, the source among them; `startedNs` by the clock that
 * stamps files.
 */
export async function gatherEvidence(
	unit: Unit,
	files: readonly string[],
	startedNs: bigint,
	known: KnownOfFiles = {states: new PathStates(unit.shim)},
): Promise<Evidence> {
	const {shim, command, parts} = unit;
	// clang names its ignore lists among the dependencies; the key has them already.
	const elsewhere = new Set([command.input, ...command.extraInputs, ...unit.compiler.files]);
	const paths = [command.input, ...files.filter(file => !elsewhere.has(file))];
	const stamps = await known.states.stamps(paths);
	const touched =
		(await touchedSince(unit, command.extraInputs, startedNs)) ??
		touchedIn(paths, stamps, startedNs);
	if (touched !== undefined) {
		return {kind: 'uncacheable', reason: touched};
	}
	const digests = await parts.sources.digests(shim, paths, stamps, true);
	const scanned: (ScannedFile & {readonly digest: string; readonly file: string})[] = [];
	for (const [index, path] of paths.entries()) {
		const digest = digests[index];
		const scan = digest === undefined ? undefined : parts.sources.scan(digest);
		if (digest === undefined || scan === undefined) {
			return {kind: 'uncacheable', reason: 'a source could not be read'};
		}
		if (known.lookups !== undefined && known.lookups.digests.get(path) !== digest) {
			return {kind: 'uncacheable', reason: tooYoung};
		}
		scanned.push({path, scan, digest, file: fileIdentity(stampAt(stamps, index))});
	}
	if (scanned[0]?.digest !== unit.sourceDigest) {
		return {kind: 'uncacheable', reason: tooYoung};
	}
	return weigh(unit, scanned, startedNs, known);
}

/** Why the files can't be taken for what the compile read: one is no regular file, or was touched at or after `startedNs`. */
export async function touchedSince(
	unit: Pick<Unit, 'shim'>,
	paths: readonly string[],
	startedNs: bigint,
): Promise<string | undefined> {
	return paths.length === 0 ? undefined : touchedIn(paths, await unit.shim.stat(paths), startedNs);
}

/** The same, of paths whose stamps are known. */
export function touchedIn(
	paths: readonly string[],
	stamps: Buffer,
	startedNs: bigint,
): string | undefined {
	for (let index = 0; index < paths.length; index++) {
		const stamp = stampAt(stamps, index);
		if (!isRegularFile(stamp)) {
			return 'a source is not a regular file';
		}
		if (changedNs(stamp) >= startedNs) {
			return tooYoung;
		}
	}
	return undefined;
}

type Scanned = ScannedFile & {readonly digest: string; readonly file: string};

async function weigh(
	unit: Unit,
	scanned: readonly Scanned[],
	startedNs: bigint,
	known: KnownOfFiles,
): Promise<Evidence> {
	const texts = [...scanned, definitionsOf(unit.command)];
	const reason = uncacheableContent(unit, texts);
	if (reason !== undefined) {
		return {kind: 'uncacheable', reason};
	}
	const digest = sourcesDigest(scanned.map(file => file.digest));
	const timed = timeConditions(unit, texts);
	const isFollowed = timed !== undefined && !texts.some(({scan}) => scan.computedProbe);
	const facts = isFollowed ? await searchEvidence(unit, scanned, startedNs, known) : undefined;
	if (typeof facts === 'string') {
		return {kind: 'uncacheable', reason: facts};
	}
	const sound = {
		kind: 'sound',
		sourcesDigest: digest,
		naming: namingOf(unit, texts),
		columnsMatter: texts.some(({scan}) => scan.asksForColumns),
	} as const;
	if (timed === undefined || facts === undefined) {
		return {...sound, direct: undefined};
	}
	const {twins: alike, ...search} = facts;
	const includes = scanned.slice(1).map(({path, digest: content}) => ({path, digest: content}));
	return {...sound, direct: {...search, includes: [...includes, ...alike, ...timed]}};
}

/** Macros of the command line, as text that stands where they are used. */
function definitionsOf({definitions, input}: CompileCommand): ScannedFile {
	const scan = scanSource(Buffer.from(definitions, 'latin1'));
	// From where a probe looks is known only then.
	const computedProbe = scan.computedProbe || scan.directives.some(({probe}) => probe);
	return {path: input, scan: {...scan, computedProbe}};
}

const nowhere: Naming = {unseen: false, byMacros: false};

/** Headers of the compiler and the C library that ask for a file's name, to say it in a message as it is. */
const plainlySaid = /\/(?:include\/c\+\+|lib\d*\/(?:gcc|clang|llvm))\/|\/include\/assert\.h$/;

function namingOf({roots, command}: Unit, scanned: readonly ScannedFile[]): Naming {
	if (areNone(roots)) return nowhere;
	const isNamed = (path: string) => pathWithoutRoots(roots, path) !== path;
	const isSpelled = isNamed(command.input) || scanned.some(({path}) => isNamed(path));
	const asks = (whom: SourceScan['asksForNames']) =>
		isSpelled &&
		scanned.some(
			({path, scan}) => scan.asksForNames === whom && (isNamed(path) || !plainlySaid.test(path)),
		);
	const isInDirectives = scanned.some(({scan}) =>
		scan.directives.some(({name}) => mentionsRoots(roots, name)),
	);
	return {unseen: isInDirectives || asks('compiler'), byMacros: asks('preprocessor')};
}

/** Text by which a compile reads what no key covers. */
function uncacheableContent(unit: Unit, scanned: readonly ScannedFile[]): string | undefined {
	const unfollowed = scanned.find(({scan}) => scan.unfollowed !== undefined)?.scan.unfollowed;
	if (unfollowed !== undefined) {
		return unfollowed;
	}
	if (scanned.some(({path}) => precompiledName.test(path))) {
		return 'precompiled header';
	}
	const time = scanned.some(({scan}) => scan.timeMacros.has('__TIME__'));
	return time && !dateIsFixed(unit) ? '__TIME__' : undefined;
}

/** gcc takes the date from SOURCE_DATE_EPOCH since 7; of clang's versions only some do. */
function dateIsFixed(unit: Unit): boolean {
	return unit.command.family === 'gcc' && unit.request.env.has('SOURCE_DATE_EPOCH');
}

/** Conditions under which the sources' time macros expand to the same; undefined when only the expanded text can tell. */
function timeConditions(
	unit: Unit,
	scanned: readonly ScannedFile[],
): readonly FileVersion[] | undefined {
	const macros = new Set(scanned.flatMap(({scan}) => [...scan.timeMacros]));
	if (macros.size === 0) {
		return [];
	}
	if (macros.has('__TIMESTAMP__') || !dateIsFixed(unit)) {
		return undefined;
	}
	return [environmentCondition('SOURCE_DATE_EPOCH', unit.request.env)];
}

interface Found {
	readonly absent: readonly string[];
	readonly present: readonly string[];
	/** Read under another name. */
	readonly twins: readonly FileVersion[];
}

/**
 * Which paths' absence and presence the result rests on; undefined when a file was found in a way that we can't follow, a text when nothing
 * can be said of later compiles.
 */
async function searchEvidence(
	unit: Unit,
	scanned: readonly Scanned[],
	startedNs: bigint,
	known: KnownOfFiles,
): Promise<Found | 'precompiled header' | typeof tooYoung | undefined> {
	const chain = searchChain(
		unit.command.search,
		unit.compiler.searchFolders,
		unit.request.env.get('CPATH'),
	);
	const used = new Set(scanned.map(({file}) => file));
	const {states} = known;
	const literal = known.lookups?.all ?? lookups(scanned, chain);
	await states.learn(literal);
	let facts = searchFacts(literal, path => states.of(path), used);
	// clang calls the source `./a.c` by its shorter name.
	const unexplained = scanned
		.slice(1)
		.filter(({file}) => !facts.explained.has(file) && file !== scanned[0]?.file);
	if (unexplained.length > 0) {
		const computed = unexplained.map(({path}) => computedLookups(path, scanned, chain));
		if (computed.some(found => found.length === 0)) {
			return undefined;
		}
		await states.learn(computed.flat());
		facts = searchFacts([...literal, ...computed.flat()], path => states.of(path), used);
		if (unexplained.some(({file}) => !facts.explained.has(file))) {
			return undefined;
		}
	}
	// One that is a folder of several counts as absent.
	const precompiled = [...facts.present, ...facts.absent].filter(path =>
		precompiledName.test(path),
	);
	if (precompiled.some(path => states.of(path).state !== 'absent')) {
		return 'precompiled header';
	}
	// It may have come when the compile had looked there already.
	if ([...facts.found].some(path => changedNs(states.of(path).stamp) >= startedNs)) {
		return tooYoung;
	}
	return {
		absent: [...facts.absent].sort(),
		present: [...facts.present].sort(),
		twins: await twins(unit, scanned, facts.targets),
	};
}

/**
 * What an include leads to, and has the content of a file that was read: `#pragma once` passes it over, and then the compiler does not
 * name it. It decides nevertheless: with another content it would be read.
 */
async function twins(
	{shim, parts}: Unit,
	scanned: readonly Scanned[],
	targets: ReadonlySet<string>,
): Promise<readonly FileVersion[]> {
	const named = new Set(scanned.map(({path}) => path));
	const others = [...targets].filter(
		path => !named.has(path) && !named.has(path.replace(/^(?:\.\/+)+/, '')),
	);
	if (others.length === 0) return [];
	const stamps = await shim.stat(others);
	const digests = await parts.sources.digests(shim, others, stamps);
	const read = new Set(scanned.map(({digest}) => digest));
	return others.flatMap((path, index) => {
		const digest = digests[index];
		return digest !== undefined && read.has(digest) ? [{path, digest}] : [];
	});
}
