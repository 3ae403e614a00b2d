import {stampBytes} from '../protocol/frames.js';
import {isMissing, isRegularFile, stampAt} from '../protocol/stamp.js';
import type {Manifest} from '../store/store.js';
import {conditionHolds, conditionVariable} from './conditions.js';
import type {Unit} from './unit.js';

/** The result key of the first manifest whose files are all as they were, and whose absent ones are still absent. */
export async function directLookup(unit: Unit): Promise<string | undefined> {
	if (unit.directKey === undefined) {
		return undefined;
	}
	for (const manifest of unit.parts.store.manifests(unit.directKey)) {
		if (await holds(unit, manifest)) {
			return manifest.resultKey;
		}
	}
	return undefined;
}

/** The files of a manifest, apart from its conditions on variables; kept with it. */
const filePaths = new WeakMap<
	Manifest,
	{readonly paths: readonly string[]; readonly digests: readonly string[]}
>();

function filesOf(manifest: Manifest) {
	let files = filePaths.get(manifest);
	if (files === undefined) {
		const included = manifest.includes.filter(({path}) => conditionVariable(path) === undefined);
		files = {paths: included.map(({path}) => path), digests: included.map(({digest}) => digest)};
		filePaths.set(manifest, files);
	}
	return files;
}

async function holds(unit: Unit, manifest: Manifest): Promise<boolean> {
	const {shim, request, parts} = unit;
	if (!variablesHold(manifest, request.env)) {
		return false;
	}
	const {paths, digests} = filesOf(manifest);
	const questions = parts.absences.questions(manifest.absent, request.cwd);
	const stamps = await shim.stat([...paths, ...manifest.present, ...questions]);
	const presentEnd = paths.length + manifest.present.length;
	for (let index = paths.length; index < presentEnd; index++) {
		if (!isRegularFile(stampAt(stamps, index))) {
			return false;
		}
	}
	return (
		(await filesHold(unit, paths, digests, stamps)) &&
		(await parts.absences.hold(
			shim,
			manifest.absent,
			request.cwd,
			stamps.subarray(presentEnd * stampBytes),
		))
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
