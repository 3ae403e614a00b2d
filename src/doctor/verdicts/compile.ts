import type {CompileSeen} from '../../stats/tallies.js';
import {type Init, serviceCommand} from '../service.js';
import {failure, ok, type Verdict, warning} from '../verdict.js';

export interface CompileFacts {
	readonly compiler: string;
	/** How each of the two ended, the first first; stderr of one that failed. */
	readonly runs: readonly {readonly code: number; readonly stderr: string}[];
	/** What the daemon wrote of them. */
	readonly seen: readonly CompileSeen[];
	/** As which user. */
	readonly user: string;
	readonly init: Init;
}

/** The same compile twice through the shim: stored, then found. */
export function judgeCompile({compiler, runs, seen, user, init}: CompileFacts): Verdict {
	const failed = runs.find(({code}) => code !== 0);
	if (failed !== undefined) {
		const [line = ''] = failed.stderr.trim().split('\n');
		return failure(
			`${compiler} ended with ${failed.code} on a small program${line === '' ? '' : `: ${line}`}.`,
			'gcc-config -l   (is a compiler chosen?)',
		);
	}
	const [first, second] = seen;
	if (first === undefined || second === undefined) {
		return failure(
			`${compiler} compiles, but the compile did not come to the daemon: the shim passed it on to the compiler.`,
			serviceCommand(init, 'restart', 'sccache-client'),
		);
	}
	const why = (compile: CompileSeen) => (compile.reason === '' ? '' : ` (${compile.reason})`);
	if (first.outcome !== 'miss') {
		return failure(
			`A first compile should be stored, and was a ${words[first.outcome]}${why(first)}.`,
			'SCCACHE_LOG=debug in the service shows more',
		);
	}
	if (second.outcome !== 'directHit' && second.outcome !== 'preprocessedHit') {
		return warning(
			`The same compile again should be found, and was a ${words[second.outcome]}${why(second)}.`,
			'is the cache writable, and has it room?',
		);
	}
	return ok(`As ${user}, ${compiler} compiled once, and the second time it was in the cache.`);
}

const words: Readonly<Record<CompileSeen['outcome'], string>> = {
	directHit: 'hit',
	preprocessedHit: 'hit',
	miss: 'miss',
	notCacheable: 'compile that is not cached',
	notCompile: 'call that is no compile',
	failed: 'failure of the compiler',
	fallback: 'failure of sccache',
};
