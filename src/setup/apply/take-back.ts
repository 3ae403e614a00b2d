import {
	lstatSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmdirSync,
	rmSync,
	symlinkSync,
} from 'node:fs';
import {join} from 'node:path';
import {systemCode} from '../../lib/errors.js';
import {isOurs} from '../../links/ours.js';
import type {Place} from '../plan/tree.js';
import {sha256} from './sha256.js';
import {type Entry, stateFolder} from './state.js';
import {stagedPath, writeWhole} from './take-step.js';

/** What became of a step that was to be taken back. */
export type TakenBack =
	| 'restored'
	/** There was nothing before. */
	| 'removed'
	/** There was nothing to do. */
	| 'nothing'
	/** Somebody has changed it since; it is as it was. */
	| 'changed';

/** Undoes a step if what stands there is what it wrote. Twice is once. */
export function takeBack(place: Place, entry: Entry): TakenBack {
	const path = join(place.base, entry.path);
	if (entry.kind === 'folder') return removeFolder(path);
	// On a read-only disk, to remove what is not there fails too.
	if (isThere(stagedPath(path))) rmSync(stagedPath(path));
	return entry.kind === 'file'
		? takeFileBack(place, entry, path)
		: takeLinkBack(place, entry, path);
}

/** One that holds something is not ours alone. */
function removeFolder(path: string): TakenBack {
	if (!isThere(path)) return 'nothing';
	try {
		rmdirSync(path);
		return 'removed';
	} catch (error) {
		const code = systemCode(error) ?? '';
		if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
		if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EBUSY') return 'changed';
		throw error;
	}
}

const isThere = (path: string): boolean => lstatSync(path, {throwIfNoEntry: false}) !== undefined;

function takeFileBack(place: Place, {before, after}: Entry, path: string): TakenBack {
	const found = lstatSync(path, {throwIfNoEntry: false});
	if (found === undefined || !found.isFile()) return before === null ? 'nothing' : 'changed';
	const bytes = readFileSync(path);
	const isWritten = sha256(bytes) === after;
	if (before === null) {
		if (!isWritten) return 'changed';
		rmSync(path);
		return 'removed';
	}
	if ('symlink' in before) return 'changed';
	const backup = readFileSync(join(place.base, stateFolder, before.backup));
	const sameAccess =
		(found.mode & 0o7777) === before.mode && found.uid === before.uid && found.gid === before.gid;
	if (bytes.equals(backup) && (sameAccess || !isWritten)) return 'nothing';
	if (!isWritten) return 'changed';
	writeWhole(place, path, backup, before);
	return 'restored';
}

function takeLinkBack(place: Place, {before, program}: Entry, path: string): TakenBack {
	const found = lstatSync(path, {throwIfNoEntry: false});
	if (found === undefined) return 'nothing';
	const own = found.isSymbolicLink()
		? readlinkSync(path) === place.eprefix + program
		: isOurs(path, join(place.base, program));
	if (!own) return 'changed';
	if (before === null) {
		rmSync(path);
		return 'removed';
	}
	if ('symlink' in before) {
		symlinkSync(before.symlink, stagedPath(path));
		renameSync(stagedPath(path), path);
	} else {
		writeWhole(place, path, readFileSync(join(place.base, stateFolder, before.backup)), before);
	}
	return 'restored';
}
