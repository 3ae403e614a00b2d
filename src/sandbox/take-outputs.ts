import {closeSync, constants, fstatSync, readSync} from 'node:fs';
import {posix} from 'node:path';
import {systemCode} from '../lib/errors.js';
import type {Job, Output} from './job.js';
import {openFolderBeneath, openWithin} from './open-beneath.js';
import type {Room} from './overlay-plan.js';
import {linksBelow, parentOf} from './place-inputs.js';
import {type ReadLink, resolveInRoot} from './resolve-in-root.js';

/** Not there, a link, a socket, behind links without end, or below what is no folder. */
const noOutput = new Set([
	'ENOENT',
	'ELOOP',
	'ENXIO',
	'ENOTDIR',
	'ENAMETOOLONG',
	'SANDBOX_JOB_INVALID',
]);

/**
 * Reads the outputs of a job that has ended: regular files that the job wrote, never through a link at the end of a path. Undefined when
 * they are larger together than the job's limit.
 */
export function takeOutputs(room: Room, job: Job): readonly Output[] | undefined {
	const readLink = linksBelow(room.root);
	const outputs: Output[] = [];
	let leftBytes = job.limits.outputBytes;
	for (const path of job.outputs) {
		const file = openOutput(room, job.command.cwd, path, readLink);
		if (file === undefined) continue;
		try {
			const stat = fstatSync(file);
			if (!stat.isFile()) continue;
			leftBytes -= stat.size;
			if (leftBytes < 0) return undefined;
			outputs.push({path, mode: stat.mode & 0o777, bytes: readWhole(file, stat.size)});
		} finally {
			closeSync(file);
		}
	}
	return outputs;
}

function openOutput(
	room: Room,
	cwd: string,
	output: string,
	readLink: ReadLink,
): number | undefined {
	const name = posix.basename(output);
	if (name === '' || name === '.' || name === '..') return undefined;
	let folder: number | undefined;
	try {
		folder = openFolderBeneath(room.upper, resolveInRoot(parentOf(cwd, output), readLink));
		return openWithin(folder, name, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch (error) {
		if (!noOutput.has(systemCode(error) ?? '')) throw error;
		return undefined;
	} finally {
		if (folder !== undefined) closeSync(folder);
	}
}

function readWhole(file: number, sizeBytes: number): Buffer {
	const bytes = Buffer.alloc(sizeBytes);
	let done = 0;
	while (done < sizeBytes) {
		const count = readSync(file, bytes, done, sizeBytes - done, done);
		if (count === 0) break;
		done += count;
	}
	return bytes.subarray(0, done);
}
