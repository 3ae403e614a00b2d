import {Lru} from '../lib/lru.js';
import {WeightedLru} from '../lib/weighted-lru.js';
import {hasPlaceholder, pathWithoutRoots, pathWithRoots} from '../relocation/paths.js';
import {areNone, type Roots} from '../relocation/roots.js';
import type {FileVersion, Manifest} from '../store/store.js';
import {rootsCondition} from './conditions.js';
import type {DirectEvidence} from './evidence.js';

interface Located {
	readonly roots: Roots;
	readonly manifest: Manifest;
}

/** A manifest that holds wherever a build is done, as it is for one place; the same object for the same place. */
const located = new WeakMap<Manifest, Located | 'anywhere'>();

/** The manifest with its paths as they are here. */
export function locate(manifest: Manifest, roots: Roots): Manifest {
	if (areNone(roots)) return manifest;
	const known = located.get(manifest);
	if (known === 'anywhere') return manifest;
	if (known !== undefined && isSame(known.roots, roots)) return known.manifest;
	const {includes, absent, present} = manifest;
	if (![...includes.map(({path}) => path), ...absent, ...present].some(hasPlaceholder)) {
		located.set(manifest, 'anywhere');
		return manifest;
	}
	const paths = pathsAt(roots);
	const here: Manifest = {
		...manifest,
		includes: includes.map(({path, digest}) => ({path: locatePath(path, roots, paths), digest})),
		absent: locateList(absent, roots),
		present: locateList(present, roots),
	};
	located.set(manifest, {roots, manifest: here});
	return here;
}

interface LocatedList {
	readonly roots: Roots;
	readonly list: readonly string[];
}

/** Manifests of files that include the same have the same lists, which stay the same objects: what is known of one counts for all. */
const locatedLists = new WeakMap<readonly string[], LocatedList>();

function locateList(list: readonly string[], roots: Roots): readonly string[] {
	if (!list.some(hasPlaceholder)) return list;
	const known = locatedLists.get(list);
	if (known !== undefined && isSame(known.roots, roots)) return known.list;
	const knownPaths = pathsAt(roots);
	const here = list.map(path => locatePath(path, roots, knownPaths));
	locatedLists.set(list, {roots, list: here});
	return here;
}

type LocatedPaths = WeightedLru<string, string>;

const mostPaths = 60_000;
const mostPlaces = 4;
/** The sources of one package look for the same headers in the same places. */
const locatedPaths = new Lru<string, LocatedPaths>(mostPlaces);

function pathsAt(roots: Roots): LocatedPaths {
	const place = rootNames(roots).join('\n');
	const known = locatedPaths.get(place) ?? new WeightedLru<string, string>(mostPaths);
	locatedPaths.set(place, known);
	return known;
}

function locatePath(path: string, roots: Roots, known: LocatedPaths): string {
	if (!hasPlaceholder(path)) return path;
	const found = known.get(path);
	if (found !== undefined) return found;
	const here = pathWithRoots(roots, path);
	known.set(path, here, 1);
	return here;
}

/** What was found, without the place where it was found. `isTied`: it is good for this place alone. */
export function unlocated(roots: Roots, found: DirectEvidence, isTied: boolean): DirectEvidence {
	if (areNone(roots)) return found;
	const out = (path: string) => pathWithoutRoots(roots, path);
	const condition: readonly FileVersion[] = isTied ? [rootsCondition(rootNames(roots))] : [];
	return {
		includes: [
			...found.includes.map(({path, digest}) => ({path: out(path), digest})),
			...condition,
		],
		absent: found.absent.map(out).sort(),
		present: found.present.map(out).sort(),
	};
}

/** What stands for the place in a condition. */
export function rootNames({folders, names}: Roots): readonly string[] {
	return [...folders, ...names];
}

function isSame(one: Roots, other: Roots): boolean {
	return one === other || rootNames(one).join('\n') === rootNames(other).join('\n');
}
