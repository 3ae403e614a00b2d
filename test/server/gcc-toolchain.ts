import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {askHere} from '../../src/toolchain/ask-compiler.js';
import {packToolchain} from '../../src/toolchain/pack.js';

export interface PackedToolchain {
	readonly id: string;
	readonly archive: Buffer;
}

/** This host's gcc. */
export async function packGcc(): Promise<PackedToolchain> {
	const folder = mkdtempSync(join(tmpdir(), 'server-gcc-'));
	try {
		const file = join(folder, 'archive');
		const {id} = await packToolchain({compiler: '/usr/bin/gcc', ask: askHere}, file);
		return {id, archive: readFileSync(file)};
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
