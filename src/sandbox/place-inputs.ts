import {
	closeSync,
	fchmodSync,
	fchownSync,
	futimesSync,
	lstatSync,
	readlinkSync,
	writeSync,
} from 'node:fs';
import {AppError, systemCode} from '../lib/errors.js';
import type {Input, Job} from './job.js';
import type {LowerLayers} from './lower-layers.js';
import {OpenFolders} from './open-folders.js';
import type {ReadLink} from './resolve-in-root.js';

/** Who the files of a job belong to; undefined when there is only one user to choose. */
export type Owner = {readonly uid: number; readonly gid: number} | undefined;

/**
 * Makes what the command expects in an upper folder that is not mounted yet: its inputs and folders, its cwd, and the folders of its
 * outputs, the latter two writable for it. `below` is what will be seen below. Throws SANDBOX_JOB_INVALID for what can't be a file there,
 * SANDBOX_FAILED when there is no room.
 */
export function placeInputs(
	upper: string,
	below: LowerLayers,
	job: Pick<Job, 'command' | 'outputs' | 'folders' | 'inputs'>,
	owner: Owner,
): void {
	const {cwd} = job.command;
	requireAbsolute(cwd);
	const own = ownedBy(owner);
	const folders = new OpenFolders({root: upper, below, owner, onMade: own});
	try {
		const outputFolders = job.outputs.map(output => parentOf(cwd, output));
		for (const path of new Set([cwd, ...outputFolders])) own(folders.open(path));
		for (const path of job.folders ?? []) {
			requireAbsolute(path);
			folders.open(path);
		}
		for (const input of job.inputs) placeInput(folders, input, own);
	} catch (error) {
		throw placementError(error);
	} finally {
		folders.close();
	}
}

/** Gives what is open to the jobs' user. */
export function ownedBy(owner: Owner): (descriptor: number) => void {
	return descriptor => {
		if (owner) fchownSync(descriptor, owner.uid, owner.gid);
	};
}

/** The links of a root as the kernel sees them. */
export function linksBelow(root: string): ReadLink {
	// Most paths are no links, or not there: errors would cost more than the calls.
	return path =>
		lstatSync(root + path, {throwIfNoEntry: false})?.isSymbolicLink()
			? readlinkSync(root + path)
			: undefined;
}

/** The folder of an output, not resolved: `..` must be taken after the links before it. */
export function parentOf(cwd: string, output: string): string {
	const path = output.startsWith('/') ? output : `${cwd}/${output}`;
	return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** This is done hundreds of times a job: each call into the kernel counts. */
export function placeInput(
	folders: OpenFolders,
	{path, bytes, mode, mtimeS}: Input,
	own: (descriptor: number) => void,
): void {
	requireAbsolute(path);
	const permissions = mode & 0o777;
	const created = folders.createNew(path, permissions);
	const file = created ?? folders.replace(path);
	try {
		writeAll(file, bytes);
		own(file);
		if (created === undefined || (permissions & usuallyMasked) !== 0) fchmodSync(file, permissions);
		if (mtimeS !== undefined) futimesSync(file, mtimeS, mtimeS);
	} finally {
		closeSync(file);
	}
}

/** What a umask of 022, which the launcher sets, takes away. */
const usuallyMasked = 0o022;

function writeAll(file: number, bytes: Uint8Array): void {
	for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

function requireAbsolute(path: string): void {
	if (path.startsWith('/') && !path.includes('\0')) return;
	throw new AppError('SANDBOX_JOB_INVALID', 'a job names a path that is not absolute');
}

export function placementError(error: unknown): unknown {
	const code = systemCode(error);
	if (error instanceof AppError || code === undefined) return error;
	if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EMFILE' || code === 'ENFILE')
		return new AppError('SANDBOX_FAILED', `no room for the inputs of a job (${code})`, {
			cause: error,
		});
	return new AppError('SANDBOX_JOB_INVALID', `an input can't be placed (${code})`, {cause: error});
}
