import {dirname, isAbsolute, join} from 'node:path/posix';
import {searchChain} from '../../compiler/include-search.js';
import {AppError} from '../../lib/errors.js';
import type {Inputs} from '../../protocol/dist/inputs-tar.js';
import {fileIdentity, isMissing, stampAt, stampModifiedS} from '../../protocol/stamp.js';
import type {DirectEvidence} from '../evidence.js';
import type {PathStates} from '../path-states.js';
import type {Unit} from '../unit.js';
import type {CanonicalNames} from './canonical-names.js';
import type {DigestedFile, DigestedInputs} from './inputs-there.js';

/**
 * Everything that the compile reads or tests for: its source, its headers, files that only have to exist, its extra inputs, each at the
 * path where the compile finds it, as it was when `evidence` was gathered. Throws AppError INPUTS_UNSENDABLE when that can't be had any
 * more, or when two files would lie at one path.
 */
export async function gatherInputs(
	unit: Unit,
	evidence: DirectEvidence,
	states: PathStates,
	names: CanonicalNames,
): Promise<DigestedInputs> {
	const {command, request, shim, parts} = unit;
	const expected = new Map<string, string | undefined>([
		[command.input, unit.sourceDigest],
		...unit.context.extraInputs,
		...evidence.present.map(path => [path, undefined] as const),
		...evidence.includes.map(({path, digest}) => [path, digest] as const),
	]);
	const paths = [...expected.keys()];
	const searched = foldersSearched(unit);
	requireOneNameEach(searched, await shim.stat(searched), request.cwd);
	const stamps = await states.stamps(paths);
	const contents = await parts.sources.contents(shim, paths, stamps);
	const placed = new Map<string, DigestedFile>();
	const namesOf = new Map<string, string>();
	const isOfSystem = systemHeaders(unit);
	// With the same folders the compiler has the same search there, and one that has none at all is refused by GCC.
	const folders = new Set<string>(
		[request.cwd, ...unit.compiler.searchFolders].map(folder => absoluteIn(request.cwd, folder)),
	);
	for (const [index, path] of paths.entries()) {
		const content = contents[index];
		const digest = expected.get(path) ?? content?.digest;
		if (content === undefined || content.digest !== digest) {
			throw unsendable(`${path} changed while it was read`);
		}
		const absolute = absoluteIn(request.cwd, path);
		const there = placed.get(absolute);
		if (there !== undefined && there.digest !== digest) {
			throw unsendable(`two files would be ${absolute}`);
		}
		const stamp = stampAt(stamps, index);
		const file = fileIdentity(stamp);
		// clang's #pragma once goes by the file, gcc's by its time and content.
		if (command.family === 'clang' && (namesOf.get(file) ?? absolute) !== absolute) {
			throw unsendable(`${absolute} has another name too`);
		}
		namesOf.set(file, absolute);
		if (isOfSystem(path) && names.differ(path, absolute, stamp)) {
			throw unsendable(`${path} is a link, and gcc calls it by what it leads to`);
		}
		const mtimeS = stampModifiedS(stamp);
		placed.set(absolute, {path: absolute, mode: 0o644, mtimeS, bytes: content.bytes, digest});
		for (const folder of foldersPassed(path, request.cwd)) {
			folders.add(folder);
		}
	}
	for (const {path} of command.outputs) {
		folders.add(dirname(absoluteIn(request.cwd, path)));
	}
	return {files: [...placed.values()], folders: [...folders]};
}

/** Which headers gcc may call by another name. */
function systemHeaders({command, compiler}: Unit): (path: string) => boolean {
	if (command.family !== 'gcc') return () => false;
	const {system, after} = command.search;
	const folders = [...system, ...compiler.searchFolders, ...after].map(folder =>
		folder.endsWith('/') ? folder : `${folder}/`,
	);
	return path => folders.some(folder => path.startsWith(folder));
}

function foldersSearched({command, compiler, request}: Unit): readonly string[] {
	const {quote, bracket} = searchChain(
		command.search,
		compiler.searchFolders,
		request.env.get('CPATH'),
	);
	return [...new Set([...quote, ...bracket])];
}

/** A compiler searches a folder once, whatever it is called; on a server each name would be a folder of its own. */
function requireOneNameEach(folders: readonly string[], stamps: Buffer, cwd: string): void {
	const names = new Map<string, string>();
	for (const [index, folder] of folders.entries()) {
		const stamp = stampAt(stamps, index);
		if (isMissing(stamp)) continue;
		const absolute = absoluteIn(cwd, folder);
		const file = fileIdentity(stamp);
		if ((names.get(file) ?? absolute) !== absolute) {
			throw unsendable(`${absolute} has another name too, and is searched under both`);
		}
		names.set(file, absolute);
	}
}

/** `a/../b.h` is found only where there is an `a`. */
function foldersPassed(path: string, cwd: string): readonly string[] {
	if (!path.includes('/../')) {
		return [];
	}
	const parts = path.split('/');
	return parts.flatMap((part, index) => {
		const before = parts.slice(0, index).join('/');
		return part !== '..' || before === ''
			? []
			: [isAbsolute(path) ? join(before) : join(cwd, before)];
	});
}

/** Without `..` and the like, which is what it is where all folders are real ones. */
function absoluteIn(cwd: string, path: string): string {
	return isAbsolute(path) ? join(path) : join(cwd, path);
}

export function inputsBytes({files}: Inputs): number {
	return files.reduce((sum, {bytes}) => sum + bytes.length, 0);
}

function unsendable(why: string): AppError {
	return new AppError('INPUTS_UNSENDABLE', why);
}
