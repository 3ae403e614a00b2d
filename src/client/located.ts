import {Lru} from '../lib/lru.js';
import {WeightedLru} from '../lib/weighted-lru.js';
import {hasPlaceholder, pathWithoutRoots, pathWithRoots} from '../relocation/paths.js';
import {areNone, type Roots} from '../relocation/roots.js';
import type {FileVersion, Manifest} from '../store/store.js';
import {rootsCondition} from './conditions.js';
import type {DirectEvidence} from './evidence.js';

/**
 * What was located at one place, the same object for the same one: manifests of files that include the same have the same lists, and what
 * is known of one of those counts for all. The sources of one package look for the same headers in the same places.
 */
interface LocatedHere {
	readonly manifests: WeakMap<Manifest, Manifest>;
	readonly lists: WeakMap<readonly string[], readonly string[]>;
	readonly paths: WeightedLru<string, string>;
}

const mostPaths = 60_000;
const mostPlaces = 8;
const places = new Lru<string, LocatedHere>(mostPlaces);

/** The manifest with its paths as they are here; itself when it names no roots. */
export function locate(manifest: Manifest, roots: Roots): Manifest {
	if (areNone(roots)) return manifest;
	const at = placeOf(roots);
	const known = at.manifests.get(manifest);
	if (known !== undefined) return known;
	const {includes, absent, present} = manifest;
	const path = (each: string): string => locatePath(each, roots, at);
	const list = (each: readonly string[]): readonly string[] => {
		const here = at.lists.get(each) ?? (each.some(hasPlaceholder) ? each.map(path) : each);
		at.lists.set(each, here);
		return here;
	};
	const located = {
		includes: includes.some(each => hasPlaceholder(each.path))
			? includes.map(each => ({path: path(each.path), digest: each.digest}))
			: includes,
		absent: list(absent),
		present: list(present),
	};
	const isHere =
		located.includes === includes && located.absent === absent && located.present === present;
	const here = isHere ? manifest : {...manifest, ...located};
	at.manifests.set(manifest, here);
	return here;
}

function placeOf(roots: Roots): LocatedHere {
	const name = rootNames(roots).join('\n');
	const known = places.get(name);
	if (known !== undefined) return known;
	const place = {
		manifests: new WeakMap<Manifest, Manifest>(),
		lists: new WeakMap<readonly string[], readonly string[]>(),
		paths: new WeightedLru<string, string>(mostPaths),
	};
	places.set(name, place);
	return place;
}

function locatePath(path: string, roots: Roots, {paths}: LocatedHere): string {
	if (!hasPlaceholder(path)) return path;
	const known = paths.get(path);
	if (known !== undefined) return known;
	const here = pathWithRoots(roots, path);
	paths.set(path, here, 1);
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
