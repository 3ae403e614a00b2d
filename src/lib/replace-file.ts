import {
	chmodSync,
	chownSync,
	closeSync,
	copyFileSync,
	fsyncSync,
	openSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {stageFile} from './atomic-file.js';
import {systemCode} from './errors.js';

/** Where `replaceFile` keeps what stood there before. Portage reads no name that ends in ~. */
const backupOf = (path: string): string => `${path}.sccache-gentoo~`;

/**
 * Puts a file in place whole or not at all, also when the power fails, with a copy of what stood there before beside it. It keeps
 * its mode and owner; a new one gets 0644. A symbolic link stays one.
 */
export function replaceFile(path: string, bytes: Buffer): void {
	const target = realPathOf(path);
	const before = statSync(target, {throwIfNoEntry: false});
	const staged = join(dirname(target), `.${basename(target)}.${process.pid}`);
	rmSync(staged, {force: true});
	stageFile(staged, [bytes], 0o600);
	try {
		if (before !== undefined) chownSync(staged, before.uid, before.gid);
		chmodSync(staged, before === undefined ? 0o644 : before.mode & 0o7777);
		flush(staged);
		if (before !== undefined) copyFileSync(target, backupOf(target));
		renameSync(staged, target);
	} catch (error) {
		rmSync(staged, {force: true});
		throw error;
	}
}

function realPathOf(path: string): string {
	try {
		return realpathSync(path);
	} catch (error) {
		if (systemCode(error) !== 'ENOENT') throw error;
		return path;
	}
}

function flush(path: string): void {
	const file = openSync(path, 'r');
	try {
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}
