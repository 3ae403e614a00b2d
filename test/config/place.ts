import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {AppError} from '../../src/lib/errors.js';

export const folder: string = mkdtempSync(join(tmpdir(), 'config-test-'));
let files = 0;

test.after.always(() => rmSync(folder, {recursive: true, force: true}));

/** A file of this test's own, private unless told. */
export function write(text: string, {extension = 'conf', mode = 0o600} = {}): string {
	files += 1;
	const path = join(folder, `${files}.${extension}`);
	writeFileSync(path, text, {mode});
	return path;
}

/** The error that `run` ends in, which must be one of ours. */
export function failure(run: () => unknown): AppError {
	try {
		run();
	} catch (error) {
		if (error instanceof AppError) return error;
		throw error;
	}
	throw new Error('nothing was thrown');
}
