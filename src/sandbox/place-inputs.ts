import {closeSync, constants, fchmodSync, fchownSync, readlinkSync, writeSync} from 'node:fs';
import {posix} from 'node:path';
import {AppError, systemCode} from '../lib/errors.js';
import type {Input, Job} from './job.js';
import {openFolderBeneath, openWithin} from './open-beneath.js';
import {type ReadLink, resolveInRoot} from './resolve-in-root.js';

/** Who the files of a job belong to; undefined when there is only one user to choose. */
export type Owner = {readonly uid: number; readonly gid: number} | undefined;

/**
 * Makes what the command expects: its inputs, its cwd, and the folders of its outputs, the latter two writable for it. Throws
 * SANDBOX_JOB_INVALID for what can't be a file there, SANDBOX_FAILED when there is no room.
 */
export function placeInputs(root: string, job: Job, owner: Owner): void {
	const readLink = linksBelow(root);
	const {cwd} = job.command;
	requireAbsolute(cwd);
	try {
		makeWritable(root, resolveInRoot(cwd, readLink), owner);
		for (const path of new Set(job.outputs.map(output => parentOf(cwd, output))))
			makeWritable(root, resolveInRoot(path, readLink), owner);
		for (const input of job.inputs) placeInput(root, input, readLink, owner);
	} catch (error) {
		throw placementError(error);
	}
}

/** The links of a root as the kernel sees them. */
export function linksBelow(root: string): ReadLink {
	return path => {
		try {
			return readlinkSync(root + path);
		} catch (error) {
			const code = systemCode(error);
			if (code === 'EINVAL' || code === 'ENOENT' || code === 'ENOTDIR') return undefined;
			throw error;
		}
	};
}

/** The folder of an output, not resolved: `..` must be taken after the links before it. */
export function parentOf(cwd: string, output: string): string {
	const path = output.startsWith('/') ? output : `${cwd}/${output}`;
	return path.slice(0, path.lastIndexOf('/')) || '/';
}

function makeWritable(root: string, path: string, owner: Owner): void {
	const folder = openFolderBeneath(root, path, own(owner));
	try {
		if (owner) fchownSync(folder, owner.uid, owner.gid);
	} finally {
		closeSync(folder);
	}
}

function own(owner: Owner): (descriptor: number) => void {
	return descriptor => {
		if (owner) fchownSync(descriptor, owner.uid, owner.gid);
	};
}

function placeInput(root: string, input: Input, readLink: ReadLink, owner: Owner): void {
	requireAbsolute(input.path);
	const path = resolveInRoot(input.path, readLink);
	const folder = openFolderBeneath(root, posix.dirname(path), own(owner));
	try {
		const {O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK} = constants;
		const file = openWithin(
			folder,
			posix.basename(path),
			O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK,
			0o600,
		);
		try {
			writeAll(file, input.bytes);
			if (owner) fchownSync(file, owner.uid, owner.gid);
			fchmodSync(file, input.mode & 0o777);
		} finally {
			closeSync(file);
		}
	} finally {
		closeSync(folder);
	}
}

function writeAll(file: number, bytes: Uint8Array): void {
	for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

function requireAbsolute(path: string): void {
	if (path.startsWith('/') && !path.includes('\0')) return;
	throw new AppError('SANDBOX_JOB_INVALID', 'a job names a path that is not absolute');
}

function placementError(error: unknown): unknown {
	const code = systemCode(error);
	if (error instanceof AppError || code === undefined) return error;
	if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EMFILE' || code === 'ENFILE')
		return new AppError('SANDBOX_FAILED', `no room for the inputs of a job (${code})`, {
			cause: error,
		});
	return new AppError('SANDBOX_JOB_INVALID', `an input can't be placed (${code})`, {cause: error});
}
