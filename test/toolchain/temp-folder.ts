import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** A folder that goes with its test. */
export function tempFolder(t: {teardown(run: () => void): void}): string {
	const folder = mkdtempSync(join(tmpdir(), 'sccache-toolchain-'));
	t.teardown(() => rmSync(folder, {recursive: true, force: true}));
	return folder;
}
