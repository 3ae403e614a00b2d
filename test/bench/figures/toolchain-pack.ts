import {spawnSync} from 'node:child_process';
import {closeSync, mkdtempSync, openSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {askHere} from '../../../src/toolchain/ask-compiler.js';
import {packToolchain} from '../../../src/toolchain/pack.js';
import type {Bench} from '../bench.js';
import {type Figure, type Measured, median, times} from '../figure.js';

/** Finding, reading, compressing and hashing a compiler, beside gzip alone on the same files: upstream's packing is mostly that. */
export const toolchainPack: Figure = {
	name: 'toolchain-pack',
	needs: ['gzip'],
	measure: async (bench, effort) => [await measure(bench, times(3, effort))],
};

async function measure({compilers, folder}: Bench, count: number): Promise<Measured> {
	const work = mkdtempSync(join(folder, 'toolchain-'));
	const archive = join(work, 'archive');
	const tar = join(work, 'tar');
	const packs: number[] = [];
	const gzips: number[] = [];
	try {
		for (let run = 0; run < count; run++) {
			rmSync(archive, {force: true});
			const startedMs = performance.now();
			await packToolchain({compiler: compilers.gcc, ask: askHere}, archive);
			packs.push(performance.now() - startedMs);
			gzip(['-dc', archive], tar);
			gzips.push(gzip(['-c', tar], '/dev/null'));
		}
	} finally {
		rmSync(work, {recursive: true});
	}
	const packMs = median(packs);
	const gzipMs = median(gzips);
	return {
		name: 'toolchain of gcc, time to pack, ours / gzip of the same files',
		value: packMs / gzipMs,
		unit: 'ratio',
		target: {atMost: 0.6},
		from: {packMs, gzipMs},
	};
}

/** Milliseconds. */
function gzip(args: readonly string[], output: string): number {
	const file = openSync(output, 'w');
	try {
		const startedMs = performance.now();
		const {status} = spawnSync('gzip', args, {stdio: ['ignore', file, 'inherit']});
		if (status !== 0) throw new Error(`gzip ${args.join(' ')} failed`);
		return performance.now() - startedMs;
	} finally {
		closeSync(file);
	}
}
