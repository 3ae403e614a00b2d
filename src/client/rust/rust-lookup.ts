import {isMissing, isRegularFile, stampAt} from '../../protocol/stamp.js';
import {withRoots} from '../../rustc/roots.js';
import type {Difference} from '../../stats/explanation.js';
import type {FileVersion, Manifest} from '../../store/store.js';
import {conditionHolds, conditionVariable, variableDifference} from '../conditions.js';
import type {RustUnit} from './rust-unit.js';

/** The first manifest on the disk that holds. */
export async function rustLookup(unit: RustUnit): Promise<Manifest | undefined> {
	unit.trail.lookup = 'unknown';
	return firstRustThatHolds(unit, unit.parts.store.manifests(unit.directKey));
}

/** The first manifest whose files are all as they were, and whose absent ones are still absent. */
export async function firstRustThatHolds(
	unit: RustUnit,
	manifests: readonly Manifest[],
): Promise<Manifest | undefined> {
	for (const manifest of manifests) {
		const differences = await compare(unit, manifest);
		if (differences.length === 0) return manifest;
		unit.trail.tellDifferences(differences);
	}
	return undefined;
}

/** More don't tell more. */
const mostTold = 8;

/** What keeps a manifest from holding, or some of it; nothing: it holds. */
async function compare(unit: RustUnit, manifest: Manifest): Promise<readonly Difference[]> {
	const {shim, roots, parts, request} = unit;
	const files: FileVersion[] = [];
	for (const include of manifest.includes) {
		const name = conditionVariable(include.path);
		if (name === undefined) files.push(include);
		else if (!conditionHolds(include, name, request.env, roots.folders)) {
			return [variableDifference(name)];
		}
	}
	const paths = files.map(({path}) => withRoots(roots, path));
	const absent = manifest.absent.map(path => withRoots(roots, path));
	const stamps = Buffer.from(await shim.stat([...paths, ...absent]));
	const appeared = absent.find((_, index) => isRegularFile(stampAt(stamps, paths.length + index)));
	if (appeared !== undefined) return [{kind: 'appeared', name: appeared}];
	const digests = await parts.rust.sources.digests(shim, paths, stamps);
	return files
		.flatMap(({digest}, index): Difference[] => {
			const name = paths[index] as string;
			if (digest === digests[index]) return [];
			return [{kind: isMissing(stampAt(stamps, index)) ? 'gone' : 'changed', name}];
		})
		.slice(0, mostTold);
}
