import {stampBytes} from '../protocol/frames.js';
import {isMissing, isRegularFile, stampAt} from '../protocol/stamp.js';
import type {Manifest} from '../store/store.js';
import type {AbsenceQuestion} from './absences.js';
import {conditionHolds, conditionVariable} from './conditions.js';
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

/**
 * The first manifest whose files are all as they were, and whose absent ones are still absent. `foreseen` has been asked after already.
 */
export async function directLookup(
	unit: Unit,
	foreseen: Answered | undefined,
): Promise<Manifest | undefined> {
	const {parts, shim, request, directKey} = unit;
	if (directKey === undefined) {
		return undefined;
	}
	for (const manifest of parts.store.manifests(directKey)) {
		if (!variablesHold(manifest, request.env)) {
			continue;
		}
		let answered = foreseen;
		if (answered?.manifest !== manifest) {
			const inquiry = inquire(parts, request.cwd, manifest);
			answered = {...inquiry, stamps: await shim.stat(inquiry.paths)};
		}
		if (await holds(unit, answered)) {
			return manifest;
		}
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

async function holds(unit: Unit, {manifest, stamps, absences}: Answered): Promise<boolean> {
	const {shim, parts} = unit;
	const {paths, digests} = filesOf(manifest);
	const presentEnd = paths.length + manifest.present.length;
	for (let index = paths.length; index < presentEnd; index++) {
		if (!isRegularFile(stampAt(stamps, index))) {
			return false;
		}
	}
	return (
		(await filesHold(unit, paths, digests, stamps)) &&
		(await parts.absences.hold(shim, absences, stamps.subarray(presentEnd * stampBytes)))
	);
}

function variablesHold(manifest: Manifest, env: ReadonlyMap<string, string>): boolean {
	return manifest.includes.every(include => {
		const name = conditionVariable(include.path);
		return name === undefined || conditionHolds(include, name, env);
	});
}

/** Most files are known by their stamp; the rest is read only once none of the known ones differs. */
async function filesHold(
	unit: Unit,
	paths: readonly string[],
	digests: readonly string[],
	stamps: Buffer,
): Promise<boolean> {
	const {sources} = unit.parts;
	const unknown: number[] = [];
	for (let index = 0; index < paths.length; index++) {
		const stamp = stampAt(stamps, index);
		if (isMissing(stamp)) {
			return false;
		}
		const digest = sources.known(stamp);
		if (digest === undefined) {
			unknown.push(index);
		} else if (digest !== digests[index]) {
			return false;
		}
	}
	if (unknown.length === 0) {
		return true;
	}
	const read = await sources.digests(
		unit.shim,
		unknown.map(index => paths[index] as string),
		Buffer.concat(unknown.map(index => stampAt(stamps, index))),
	);
	return unknown.every((index, position) => read[position] === digests[index]);
}
