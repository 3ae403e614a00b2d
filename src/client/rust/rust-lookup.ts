import {isRegularFile, stampAt} from '../../protocol/stamp.js';
import {withRoots} from '../../rustc/roots.js';
import type {FileVersion, Manifest} from '../../store/store.js';
import {conditionHolds, conditionVariable, environmentCondition} from '../conditions.js';
import type {RustUnit} from './rust-unit.js';

/** The first manifest whose files are all as they were, and whose absent ones are still absent. */
export async function rustLookup(unit: RustUnit): Promise<Manifest | undefined> {
	for (const manifest of unit.parts.store.manifests(unit.directKey)) {
		if (await holds(unit, manifest)) return manifest;
	}
	return undefined;
}

async function holds(unit: RustUnit, manifest: Manifest): Promise<boolean> {
	const {shim, roots, parts} = unit;
	const variables = variablesOf(unit);
	const files: FileVersion[] = [];
	for (const include of manifest.includes) {
		const name = conditionVariable(include.path);
		if (name === undefined) files.push(include);
		else if (!conditionHolds(include, name, variables)) return false;
	}
	const paths = files.map(({path}) => withRoots(roots, path));
	const absent = manifest.absent.map(path => withRoots(roots, path));
	const stamps = Buffer.from(await shim.stat([...paths, ...absent]));
	if (absent.some((_, index) => isRegularFile(stampAt(stamps, paths.length + index)))) return false;
	const digests = await parts.rust.sources.digests(shim, paths, stamps);
	return files.every(({digest}, index) => digest === digests[index]);
}

/** As a variable, since an output that names the roots is good for these alone. No variable is called like this. */
const rootsVariable = '\x01roots';

function variablesOf({request, roots}: RustUnit): ReadonlyMap<string, string> {
	return new Map([...request.env, [rootsVariable, roots.folders.join('\n')]]);
}

/** That the roots are where they are now. */
export function rootsCondition(unit: RustUnit): FileVersion {
	return environmentCondition(rootsVariable, variablesOf(unit));
}
