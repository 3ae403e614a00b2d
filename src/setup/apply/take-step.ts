import {
	chmodSync,
	chownSync,
	linkSync,
	mkdirSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {stageFile} from '../../lib/atomic-file.js';
import {systemCode} from '../../lib/errors.js';
import type {Change, FileChange, FolderChange, LinkChange} from '../plan/change.js';
import {idsOf} from '../plan/owners.js';
import type {Place} from '../plan/tree.js';
import {flush} from './state.js';

export type Step = () => void;

/**
 * A plan's steps in their order, each whole or not at all: all that needs space is written beside its place before the first file is
 * put in place, so that a full disk is found out in time. They throw the system's errors.
 */
export function stepsOf(place: Place, changes: readonly Change[]): readonly Step[] {
	const folders = changes.filter(change => change.kind === 'folder');
	const files = changes.filter(change => change.kind === 'file');
	const rest = changes.filter(change => change.kind !== 'folder');
	return [
		...folders.map(change => () => makeFolder(place, change)),
		...files.map(change => () => stageChange(place, change)),
		...rest.map(change => () => {
			if (change.kind === 'link') link(place, change);
			else renameSync(stagedPath(join(place.base, change.path)), join(place.base, change.path));
		}),
	];
}

function makeFolder(place: Place, {path: name, access}: FolderChange): void {
	const path = join(place.base, name);
	mkdirSync(path, {mode: 0o700});
	own(place, path, {...idsOf(place.base, access), mode: access.mode});
}

function stageChange(place: Place, {path: name, after, access}: FileChange): void {
	const path = join(place.base, name);
	const ownership =
		access === undefined ? statSync(path) : {...idsOf(place.base, access), mode: access.mode};
	stage(place, path, after, ownership);
}

export interface Ownership {
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
}

/** Puts a file in place whole. */
export function writeWhole(place: Place, path: string, bytes: Buffer, ownership: Ownership): void {
	stage(place, path, bytes, ownership);
	renameSync(stagedPath(path), path);
}

function stage(place: Place, path: string, bytes: Buffer, ownership: Ownership): void {
	const staged = stagedPath(path);
	rmSync(staged, {force: true});
	stageFile(staged, [bytes], 0o600);
	own(place, staged, ownership);
	flush(staged);
}

/** Always the same, so that what an interrupted run has left is found. */
export const stagedPath = (path: string): string =>
	join(dirname(path), `.${basename(path)}.sccache-gentoo-new`);

/** The owner first: a change of it takes bits of the mode away. */
function own({canChown}: Place, path: string, {mode, uid, gid}: Ownership): void {
	if (canChown) chownSync(path, uid, gid);
	chmodSync(path, mode & 0o7777);
}

/** A symbolic one where a hard one can't be. */
function link({base, eprefix}: Place, {path: name, program}: LinkChange): void {
	const path = join(base, name);
	const staged = stagedPath(path);
	rmSync(staged, {force: true});
	try {
		linkSync(join(base, program), staged);
	} catch (error) {
		if (!['EXDEV', 'EPERM', 'EMLINK'].includes(systemCode(error) ?? '')) throw error;
		symlinkSync(eprefix + program, staged);
	}
	renameSync(staged, path);
}
