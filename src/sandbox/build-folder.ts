import {
	chmodSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {AppError, systemCode} from '../lib/errors.js';
import {makeFolder} from '../lib/make-folder.js';

/** In every build_dir that is ours: who holds it, as process id and start time. */
export const markerName = '.sccache-builder';

/**
 * Takes a build_dir into use, and returns the empty folder for builds in it. What a server that is dead left there is removed. Throws
 * SANDBOX_UNAVAILABLE for a folder that holds what we did not make, that others may write, or that a living server uses.
 */
export function claimBuildFolder(buildDir: string, pid: number): string {
	const {folder, entries} = existing(buildDir);
	const marker = join(folder, markerName);
	if (entries.includes(markerName)) refuseIfHeld(folder, readFileSync(marker, 'utf8'), pid);
	else if (entries.length > 0) {
		throw new AppError('SANDBOX_UNAVAILABLE', `${folder} is not empty, and was not made by us`, {
			hint: 'name a folder for build_dir that does not exist, or an empty one',
			fields: {folder},
		});
	}
	writeFileSync(marker, holder(pid), {mode: 0o644});
	const builds = join(folder, 'builds');
	rmSync(builds, {recursive: true, force: true, maxRetries: 3});
	mkdirSync(builds);
	// The jobs' user passes through.
	chmodSync(builds, 0o711);
	return builds;
}

function existing(buildDir: string): {folder: string; entries: readonly string[]} {
	try {
		makeFolder(buildDir, 0o755);
		const folder = realpathSync(buildDir);
		const {uid, mode} = lstatSync(folder);
		if (uid !== process.getuid?.() || (mode & 0o022) !== 0) {
			throw new AppError('SANDBOX_UNAVAILABLE', `others than us can write in ${folder}`, {
				hint: `it must belong to the user that runs the server: chmod go-w ${folder}`,
				fields: {folder},
			});
		}
		return {folder, entries: readdirSync(folder)};
	} catch (error) {
		const code = systemCode(error);
		if (error instanceof AppError || code === undefined) throw error;
		throw new AppError('SANDBOX_UNAVAILABLE', `build_dir ${buildDir} can't be used (${code})`, {
			cause: error,
		});
	}
}

function refuseIfHeld(folder: string, text: string, ownPid: number): void {
	const pid = Number(/^\d+/.exec(text)?.[0]);
	if (!Number.isInteger(pid) || pid === ownPid || holder(pid) !== text) return;
	throw new AppError('SANDBOX_UNAVAILABLE', `another server (process ${pid}) uses ${folder}`, {
		hint: 'give each server a build_dir of its own',
		fields: {folder, pid},
	});
}

/** A process id is used again, but not with the same start time; empty when there is no such process. */
function holder(pid: number): string {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
		return `${pid} ${started}\n`;
	} catch {
		return '';
	}
}
