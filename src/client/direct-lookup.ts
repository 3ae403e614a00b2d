import {stampBytes} from '../protocol/frames.js';
import {isMissing, isRegularFile, stampAt} from '../protocol/stamp.js';
import type {Difference} from '../stats/explanation.js';
import type {Manifest} from '../store/store.js';
import type {AbsenceQuestion} from './absences.js';
import {conditionHolds, conditionVariable, variableDifference} from './conditions.js';
import {locate, rootNames} from './located.js';
import type {Parts, Unit} from './unit.js';

/** What is to be asked of the shim to see whether a manifest holds. */
export interface Inquiry {
	readonly manifest: Manifest;
	readonly paths: readonly string[];
	readonly absences: AbsenceQuestion;
}

/** An inquiry with the shim's answer. */
export interface Answered extends Inquiry {
	readonly stamps: Buffer;
}

export function inquire(parts: Parts, cwd: string, manifest: Manifest): Inquiry {
	const absences = parts.absences.question(manifest.absent, cwd);
	const paths = [...filesOf(manifest).paths, ...manifest.present, ...absences.paths];
	return {manifest, paths, absences};
}

/** The first manifest on the disk that holds, as it is for this place. `foreseen` has been asked after already. */
export async function directLookup(
	unit: Unit,
	foreseen: Answered | undefined,
): Promise<Manifest | undefined> {
	const {parts, directKey, trail} = unit;
	if (directKey === undefined) {
		return undefined;
	}
	trail.lookup = 'unknown';
	const found = await firstThatHolds(unit, parts.store.manifests(directKey), foreseen);
	return found?.here;
}

/** A manifest as it is kept, and as it is for this place. */
export interface Holding {
	readonly stored: Manifest;
	readonly here: Manifest;
}

/** The first manifest whose files are all as they were, and whose absent ones are still absent. */
export async function firstThatHolds(
	unit: Unit,
	manifests: readonly Manifest[],
	foreseen: Answered | undefined,
): Promise<Holding | undefined> {
	const {parts, shim, request, trail, roots} = unit;
	for (const stored of manifests) {
		const manifest = locate(stored, roots);
		const variable = variableDiffers(manifest, request.env, rootNames(roots));
		if (variable !== undefined) {
			trail.tellDifferences([variableDifference(variable)]);
			continue;
		}
		let answered = foreseen;
		if (answered?.manifest !== manifest) {
			const inquiry = inquire(parts, request.cwd, manifest);
			answered = {...inquiry, stamps: await shim.stat(inquiry.paths)};
		}
		const differences = await compare(unit, answered);
		if (differences.length === 0) {
			return {stored, here: manifest};
		}
		trail.tellDifferences(differences);
	}
	return undefined;
}

interface ManifestFiles {
	readonly paths: readonly string[];
	readonly digests: readonly string[];
}

/** The files of a manifest, apart from its conditions on variables; kept with it. */
const manifestFiles = new WeakMap<Manifest, ManifestFiles>();

function filesOf(manifest: Manifest): ManifestFiles {
	let files = manifestFiles.get(manifest);
	if (files === undefined) {
		const included = manifest.includes.filter(({path}) => conditionVariable(path) === undefined);
		files = {
			paths: included.map(({path}) => path),
			digests: included.map(({digest}) => digest),
		};
		manifestFiles.set(manifest, files);
	}
	return files;
}

const none: readonly Difference[] = [];
/** More don't tell more. */
const mostTold = 8;

/** What keeps a manifest from holding, or some of it; nothing: it holds. */
async function compare(
	unit: Unit,
	{manifest, stamps, absences}: Answered,
): Promise<readonly Difference[]> {
	const {shim, parts} = unit;
	const {paths, digests} = filesOf(manifest);
	const presentEnd = paths.length + manifest.present.length;
	for (let index = paths.length; index < presentEnd; index++) {
		if (!isRegularFile(stampAt(stamps, index))) {
			return [{kind: 'unfound', name: manifest.present[index - paths.length] as string}];
		}
	}
	const files = await compareFiles(unit, paths, digests, stamps);
	if (files.length > 0) {
		return files;
	}
	const asked = stamps.subarray(presentEnd * stampBytes);
	const appeared = await parts.absences.appeared(shim, absences, asked);
	return appeared === undefined ? none : [{kind: 'appeared', name: appeared}];
}

/** The first variable whose condition fails. */
function variableDiffers(
	manifest: Manifest,
	env: ReadonlyMap<string, string>,
	roots: readonly string[],
): string | undefined {
	for (const include of manifest.includes) {
		const name = conditionVariable(include.path);
		if (name !== undefined && !conditionHolds(include, name, env, roots)) {
			return name;
		}
	}
	return undefined;
}

/** Most files are known by their stamp; the rest is read only once none of the known ones differs. */
async function compareFiles(
	unit: Unit,
	paths: readonly string[],
	digests: readonly string[],
	stamps: Buffer,
): Promise<readonly Difference[]> {
	const {sources} = unit.parts;
	const unknown: number[] = [];
	const found: Difference[] = [];
	for (let index = 0; index < paths.length && found.length < mostTold; index++) {
		const stamp = stampAt(stamps, index);
		if (isMissing(stamp)) {
			found.push({kind: 'gone', name: paths[index] as string});
			continue;
		}
		const digest = sources.known(stamp);
		if (digest === undefined) {
			unknown.push(index);
		} else if (digest !== digests[index]) {
			found.push({kind: 'changed', name: paths[index] as string});
		}
	}
	if (found.length > 0 || unknown.length === 0) {
		return found;
	}
	const read = await sources.digests(
		unit.shim,
		unknown.map(index => paths[index] as string),
		Buffer.concat(unknown.map(index => stampAt(stamps, index))),
	);
	return unknown
		.filter((index, position) => read[position] !== digests[index])
		.slice(0, mostTold)
		.map(index => ({kind: 'changed', name: paths[index] as string}));
}
