import {directFields} from '../key/keys.js';
import type {Explanation, FileDigest} from '../stats/explanation.js';
import {readable} from './readable.js';
import type {Unit} from './unit.js';

/** What is remembered of a compile that did not come from the cache. */
export function explain({trail, context, compiler, ...unit}: Unit): Explanation {
	const {lookup, differences, preprocessed, attempts} = trail;
	return {
		path: readable(unit.sourcePath),
		sourceDigest: unit.sourceDigest,
		directKey: unit.directKey ?? '',
		compilerDigest: compiler.digest,
		programs: compiler.programs.map(([path, digest]): FileDigest => [readable(path), digest]),
		fields: directFields(context).map(([name, values]) => [name, values.map(readable)] as const),
		lookup,
		differences: differences.map(({kind, name}) => ({kind, name: readable(name)})),
		preprocessed,
		attempts,
	};
}
