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
import {sha256} from './sha256.js';
import {type Entry, stateFolder} from './state.js';
import {type Ground, stagedPath, writeWhole} from './take-step.js';

/** What became of a step that was to be taken back. */
export type TakenBack =
	| 'restored'
	/** There was nothing to do. */
	| 'nothing'
	/** Somebody has changed it since; it is as it was. */
	| 'changed';

/** Undoes a step if what stands there is what it wrote. Twice is once. */
export function takeBack(ground: Ground, entry: Entry): TakenBack {
	const path = join(ground.base, entry.path);
	if (entry.kind === 'folder') return entry.before === null ? removeFolder(path) : 'nothing';
	rmSync(stagedPath(path), {force: true});
	return entry.kind === 'file'
		? takeFileBack(ground, entry, path)
		: takeLinkBack(ground, entry, path);
}

/** One that holds something is not ours alone. */
function removeFolder(path: string): TakenBack {
	try {
		rmdirSync(path);
		return 'restored';
	} catch (error) {
		const code = systemCode(error) ?? '';
		if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
		if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EBUSY') return 'changed';
		throw error;
	}
}

function takeFileBack(ground: Ground, {before, after}: Entry, path: string): TakenBack {
	const found = lstatSync(path, {throwIfNoEntry: false});
	if (found === undefined) return before === null ? 'nothing' : 'changed';
	if (!found.isFile()) return before === null ? 'nothing' : 'changed';
	const bytes = readFileSync(path);
	const isWritten = sha256(bytes) === after;
	if (before === null) {
		if (!isWritten) return 'changed';
		rmSync(path);
		return 'restored';
	}
	if ('symlink' in before) return 'changed';
	const backup = readFileSync(join(ground.base, stateFolder, before.backup));
	const sameAccess =
		(found.mode & 0o7777) === before.mode && found.uid === before.uid && found.gid === before.gid;
	if (bytes.equals(backup) && (sameAccess || !isWritten)) return 'nothing';
	if (!isWritten) return 'changed';
	writeWhole(ground, path, backup, before);
	return 'restored';
}

function takeLinkBack(ground: Ground, {before, program}: Entry, path: string): TakenBack {
	const found = lstatSync(path, {throwIfNoEntry: false});
	if (found === undefined) return 'nothing';
	const own = found.isSymbolicLink()
		? readlinkSync(path) === program
		: isOurs(path, join(ground.base, program));
	if (!own) return 'changed';
	if (before === null) {
		rmSync(path);
	} else if ('symlink' in before) {
		symlinkSync(before.symlink, stagedPath(path));
		renameSync(stagedPath(path), path);
	} else {
		writeWhole(ground, path, readFileSync(join(ground.base, stateFolder, before.backup)), before);
	}
	return 'restored';
}
