import {basename} from 'node:path/posix';
import type {Family} from '../compiler/command.js';
import {directFields, tiedKey, unitKeys} from '../key/keys.js';
import type {CompileRequest} from '../protocol/frames.js';
import {rustProgramOf} from '../rustc/program.js';
import type {Explanation} from '../stats/explanation.js';
import type {Entry, Manifest, StoredEntry} from '../store/store.js';
import type {Found} from '../tiers/shared-tiers.js';
import {findShared, findSharedResult} from './ask-shared.js';
import {compileHere} from './compile-here.js';
import {verdictOn} from './compile-outcome.js';
import {type Answered, directLookup, firstThatHolds} from './direct-lookup.js';
import {compileSomewhere} from './dist/compile-somewhere.js';
import {unitTraveller} from './dist/unit-traveller.js';
import {gatherEvidence} from './evidence.js';
import {explain} from './explain.js';
import {identify, understand} from './identify.js';
import {unlocated} from './located.js';
import {hasNoCache, withoutEntry} from './no-cache.js';
import {type Preprocessed, preprocess} from './preprocess.js';
import {compileRust} from './rust/compile-rust.js';
import {bytesOf, serveHit} from './serve-hit.js';
import type {ShimConnection} from './shim-connection.js';
import type {Parts, Unit} from './unit.js';
import type {Verdict} from './verdict.js';

/** Answers one compile. Whatever is not a hit or a run of ours ends in the real compiler; the caller turns what is thrown into that. */
export async function compile(
	parts: Parts,
	shim: ShimConnection,
	request: CompileRequest,
): Promise<Verdict> {
	const rust =
		rustProgramOf(basename(request.invoked)) ?? rustProgramOf(basename(request.compiler));
	if (rust !== undefined) return compileRust(parts, shim, request, rust);
	const understood = await understand(parts, shim, request);
	if ('outcome' in understood) {
		shim.exec();
		return understood;
	}
	const identified = await identify(parts, shim, request, understood);
	if ('outcome' in identified) {
		shim.exec();
		return identified;
	}
	const {unit, foreseen} = identified;
	if (hasNoCache(request)) return withoutEntry(await compileAndStore(unit, undefined, false));
	const recache = request.env.has('SCCACHE_RECACHE');
	const direct = recache ? undefined : await serveDirect(unit, foreseen);
	if (direct !== undefined) {
		return {...about(unit), outcome: 'directHit', ...direct};
	}
	const {directKey: key} = unit;
	if (recache || key === undefined) {
		return miss(unit, recache);
	}
	const twin = parts.inFlight.twin(key);
	if (twin !== undefined) {
		await shim.reassured(() => twin);
		const done = await serveDirect(unit, undefined);
		if (done !== undefined) {
			return {...about(unit), outcome: 'directHit', ...done};
		}
	}
	return parts.inFlight.during(
		key,
		async () => (await serveShared(unit, key)) ?? miss(unit, recache),
	);
}

/** Direct mode did not find it. */
async function miss(unit: Unit, recache: boolean): Promise<Verdict> {
	const preprocessed = (await preprocessingPays(unit)) ? await preprocess(unit) : undefined;
	if (preprocessed !== undefined && !recache) {
		unit.trail.preprocessed = true;
		const hit = await servePreprocessed(unit, preprocessed);
		if (hit !== undefined) {
			return {
				...about(unit),
				outcome: 'preprocessedHit',
				...hit,
				...(unit.directKey === undefined ? {} : {directKey: unit.directKey}),
			};
		}
	}
	return compileAndStore(unit, preprocessed, recache);
}

/**
 * Running the preprocessor costs up to a fifth of a compile, and finds nothing for a unit that was never here: then the compile itself
 * names the headers. Also when the user's own dependency file leaves out the system's headers.
 */
async function preprocessingPays(unit: Unit): Promise<boolean> {
	const {command, parts} = unit;
	if (!command.preprocessed) {
		return false;
	}
	const dependencies = command.dependencies;
	const namesAll =
		dependencies === undefined || (dependencies.system && !dependencies.path.startsWith('/dev/'));
	return (
		!namesAll ||
		unit.directKey === undefined ||
		unitKeys(unit.context, unit.sourcePath, unit.sourceDigest).some(
			key => parts.store.seen(key) || parts.store.seen(tiedKey(key, unit.roots)),
		)
	);
}

interface Served {
	readonly savedFromMs: number;
	readonly sizeBytes: number;
	readonly manifest?: Manifest;
	readonly tier?: string;
	/** From a shared store. */
	readonly entry?: Entry;
	readonly explanation?: Explanation;
}

async function serveDirect(
	unit: Unit,
	foreseen: Answered | undefined,
): Promise<Served | undefined> {
	const {parts, request} = unit;
	const manifest = await directLookup(unit, foreseen);
	const entry = manifest && parts.store.get(manifest.resultKey);
	if (entry === undefined || !serveHit(unit, entry)) {
		if (manifest !== undefined) {
			unit.trail.lookup = 'unusable';
		}
		return undefined;
	}
	parts.foresight.remember(request, manifest as Manifest);
	return {savedFromMs: entry.compileMs, sizeBytes: bytesOf(entry)};
}

/** The disk knows nothing of it: a shared store may. */
async function serveShared(unit: Unit, key: string): Promise<Verdict | undefined> {
	const found = await findShared(unitTraveller(unit, undefined), key, async manifests => {
		const holding = await firstThatHolds(unit, manifests, undefined);
		return holding?.stored;
	});
	if (found === undefined || !serveHit(unit, found.entry)) return undefined;
	const {entry, tier} = found;
	const {compileMs: savedFromMs} = entry.facts;
	const served = {savedFromMs, sizeBytes: bytesOf(entry), tier, entry};
	return {...about(unit), outcome: 'directHit', ...served, explanation: explained(unit)};
}

/**
 * A result that depends on the sources' bytes, or that quotes them, is only served for the same bytes. What is learned about the
 * sources on the way becomes a manifest, so that the next time direct mode answers.
 */
async function servePreprocessed(
	unit: Unit,
	preprocessed: Preprocessed,
): Promise<Served | undefined> {
	const {store} = unit.parts;
	const anywhere = store.preprocessed(preprocessed.key);
	const key = anywhere ?? store.preprocessed(preprocessed.tiedKey);
	const stored = key === undefined ? undefined : store.get(key);
	const found = stored === undefined ? await sharedByText(unit, preprocessed) : undefined;
	const entry = stored ?? (found && storedEntry(found.entry));
	if (entry === undefined) {
		return undefined;
	}
	const evidence = await gatherEvidence(unit, preprocessed.files, preprocessed.startedNs);
	if (evidence.kind === 'uncacheable') {
		return undefined;
	}
	const quotes = entry.members.some(({name}) => name.startsWith('std'));
	if (
		(quotes || unit.command.sourceBytesMatter || evidence.columnsMatter) &&
		entry.sourcesDigest !== evidence.sourcesDigest
	) {
		return undefined;
	}
	if (!serveHit(unit, entry)) {
		return undefined;
	}
	const isAnywhere =
		found === undefined ? anywhere !== undefined : entry.resultKey === preprocessed.key;
	const isTied = !isAnywhere || preprocessed.namesRoots || evidence.naming.unseen;
	const manifest = evidence.direct && {
		resultKey: entry.resultKey,
		...unlocated(unit.roots, evidence.direct, isTied),
	};
	return {
		savedFromMs: entry.compileMs,
		sizeBytes: bytesOf(entry),
		...(manifest === undefined ? {} : {manifest}),
		...(found === undefined
			? {}
			: {tier: found.tier, entry: found.entry, explanation: explained(unit)}),
	};
}

/** What direct mode can name is shared under that name alone. */
async function sharedByText(unit: Unit, {key, tiedKey}: Preprocessed): Promise<Found | undefined> {
	if (unit.directKey !== undefined) return undefined;
	const asking = unitTraveller(unit, undefined);
	const found = await findSharedResult(asking, key);
	return found ?? (tiedKey === key ? undefined : findSharedResult(asking, tiedKey));
}

function storedEntry({resultKey, facts, members}: Entry): Omit<StoredEntry, 'sizeBytes'> {
	const {compileMs, sourcesDigest} = facts;
	return {resultKey, compileMs, sourcesDigest, members};
}

function about(unit: Unit): {
	readonly family: Family;
	readonly language: string;
	readonly source: string;
} {
	return {family: unit.command.family, language: unit.command.language, source: unit.command.input};
}

const explained = (unit: Unit): Explanation =>
	explain({...unit, fields: directFields(unit.context)});

async function compileAndStore(
	unit: Unit,
	preprocessed: Preprocessed | undefined,
	recached: boolean,
): Promise<Verdict> {
	const {outcome, where} = await compileSomewhere(
		unitTraveller(unit, preprocessed),
		unit.parts.distribution,
		() => compileHere(unit, preprocessed),
	);
	const what = {
		...about(unit),
		...where,
		waitedMs: unit.trail.waitedMs,
		explanation: explained(unit),
	};
	return verdictOn(what, outcome, recached);
}
