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
import type {Change} from '../plan/change.js';
import {idsOf} from './owners.js';
import {flush} from './state.js';

/** A tree that steps are taken on. */
export interface Ground {
	/** The root, with the prefix. */
	readonly base: string;
	/** Only root can give files away. */
	readonly canChown: boolean;
}

export interface Ownership {
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
}

/** Takes one step of a plan, whole or not at all. Throws the system's errors. */
export function takeStep(ground: Ground, change: Change): void {
	const path = join(ground.base, change.path);
	switch (change.kind) {
		case 'folder': {
			mkdirSync(path, {mode: 0o700});
			own(ground, path, {...idsOf(ground.base, change.access), mode: change.access.mode});
			break;
		}
		case 'file': {
			const {access} = change;
			const present = statSync(path, {throwIfNoEntry: false});
			if (access !== undefined) {
				writeWhole(ground, path, change.after, {...idsOf(ground.base, access), mode: access.mode});
			} else if (present !== undefined) {
				writeWhole(ground, path, change.after, present);
			} else {
				throw new Error(`${change.path} has gone`);
			}
			break;
		}
		case 'link':
			link(ground, path, change.program);
			break;
	}
}

/** Puts a file in place by a rename, with everything about it set before. */
export function writeWhole(ground: Ground, path: string, bytes: Buffer, access: Ownership): void {
	const staged = stagedPath(path);
	rmSync(staged, {force: true});
	stageFile(staged, [bytes], 0o600);
	try {
		own(ground, staged, access);
		flush(staged);
		renameSync(staged, path);
	} catch (error) {
		rmSync(staged, {force: true});
		throw error;
	}
}

/** Always the same, so that what an interrupted run has left is found. */
export const stagedPath = (path: string): string =>
	join(dirname(path), `.${basename(path)}.sccache-gentoo-new`);

/** The owner first: a change of it takes bits of the mode away. */
function own({canChown}: Ground, path: string, {mode, uid, gid}: Ownership): void {
	if (canChown) chownSync(path, uid, gid);
	chmodSync(path, mode & 0o7777);
}

/** A symbolic one where a hard one can't be. */
function link({base}: Ground, path: string, program: string): void {
	const staged = stagedPath(path);
	rmSync(staged, {force: true});
	try {
		linkSync(join(base, program), staged);
	} catch (error) {
		if (!['EXDEV', 'EPERM', 'EMLINK'].includes(systemCode(error) ?? '')) throw error;
		symlinkSync(program, staged);
	}
	renameSync(staged, path);
}
