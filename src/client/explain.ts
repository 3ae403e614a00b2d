import type {Field} from '../key/keys.js';
import {pathShown} from '../relocation/paths.js';
import type {Explanation, FileDigest} from '../stats/explanation.js';
import type {ProgramDigests} from './program-files.js';
import {readable} from './readable.js';
import type {Trail} from './trail.js';

/** What is known of a compile, whatever its language. */
export interface Explainable {
	readonly trail: Trail;
	/** Absolute. */
	readonly sourcePath: string;
	readonly sourceDigest: string;
	readonly directKey: string | undefined;
	readonly compiler: {readonly digest: string; readonly programs: ProgramDigests};
	/** Of its direct key. */
	readonly fields: readonly Field[];
}

/** What is remembered of a compile that did not come from the cache. */
export function explain({trail, compiler, fields, ...unit}: Explainable): Explanation {
	const {lookup, differences, preprocessed, attempts, tiers} = trail;
	return {
		path: readable(unit.sourcePath),
		sourceDigest: unit.sourceDigest,
		directKey: unit.directKey ?? '',
		compilerDigest: compiler.digest,
		programs: compiler.programs.map(([path, digest]): FileDigest => [readable(path), digest]),
		fields: fields.map(
			([name, values]) => [name, values.map(value => pathShown(readable(value)))] as const,
		),
		lookup,
		differences: differences.map(({kind, name}) => ({kind, name: readable(name)})),
		preprocessed,
		attempts,
		...(tiers.length === 0 ? {} : {tiers}),
	};
}
