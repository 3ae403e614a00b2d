import type {CompileCommand} from '../compiler/command.js';
import {argsWithoutRoots} from '../relocation/arguments.js';
import {pathWithoutRoots} from '../relocation/paths.js';
import {areNone, packageOfRoots, type Roots} from '../relocation/roots.js';
import {keyEnvironment} from './environment.js';
import {keyOf} from './fields.js';

/** Everything but sources that names a result. */
export interface KeyContext {
	readonly command: CompileCommand;
	/** Digest of every program and library that takes part. */
	readonly compilerDigest: string;
	/** What -march=native and the like mean here; empty without them. */
	readonly nativeExpansion: readonly string[];
	readonly env: ReadonlyMap<string, string>;
	readonly cwd: string;
	/** Taken out of every path that is known to be one. */
	readonly roots: Roots;
	/** Path and digest of each of the command's extra inputs and SCCACHE_EXTRAFILES. */
	readonly extraInputs: readonly (readonly [path: string, digest: string])[];
}

/** A part of a key. */
export type Field = readonly [name: string, values: readonly string[]];

function contextFields(context: KeyContext, args: readonly string[]): Field[] {
	const {command, env, roots} = context;
	const out = (path: string) => pathWithoutRoots(roots, path);
	return [
		['compiler', [context.compilerDigest]],
		['language', [command.family, command.language, command.mode]],
		['args', argsWithoutRoots(roots, args)],
		['native', context.nativeExpansion],
		['env', keyEnvironment(env)],
		['input', [out(command.input)]],
		['extra', context.extraInputs.flat()],
		// GCC takes $PWD for the name of the cwd in debug info when it is one (libiberty, getpwd).
		['cwd', command.cwdMatters ? [out(context.cwd), out(env.get('PWD') ?? '')] : []],
		['outputs', command.outputs.map(output => output.kind)],
		['color', [command.color]],
	];
}

/** Direct mode: finds the manifests of this source, by its digest. */
export function directKey(context: KeyContext, sourceDigest: string): string {
	return keyOf('direct', [...directFields(context), ['source', [sourceDigest]]]);
}

/** All that a direct key is made of beside the source. */
export function directFields(context: KeyContext): readonly Field[] {
	return contextFields(context, context.command.hashedArgs);
}

/** Preprocessed mode: the text that the preprocessor made, and what it said on stderr. */
export function preprocessedKey(
	context: KeyContext,
	textDigest: string,
	stderrDigest: string,
): string {
	return keyOf('preprocessed', [
		...contextFields(context, context.command.preprocessedHashedArgs),
		['text', [textDigest]],
		['stderr', [stderrDigest]],
	]);
}

/** The same key of a result that is good where the roots are now, and nowhere else. */
export function tiedKey(key: string, roots: Roots): string {
	return areNone(roots)
		? key
		: keyOf('tied', [
				['key', [key]],
				['folders', roots.folders],
				['names', roots.names],
			]);
}

/** What a compile found beside its source: the files that it included, and those that it looked for. */
export interface Findings {
	readonly includes: readonly {readonly path: string; readonly digest: string}[];
	/** __has_include sees these even where nothing is included. */
	readonly absent: readonly string[];
	readonly present: readonly string[];
}

/** The result that follows from a direct key and what was found. */
export function resultKey(direct: string, {includes, absent, present}: Findings): string {
	return keyOf('result', [
		['direct', [direct]],
		['includes', includes.flatMap(({path, digest}) => [path, digest])],
		['absent', absent],
		['present', present],
	]);
}

/** Under these names a later compile of the same source, changed, or of the same content, elsewhere, finds that it was here before. */
export function unitKeys(
	{command, roots}: KeyContext,
	sourcePath: string,
	sourceDigest: string,
): readonly string[] {
	const path = `${packageOfRoots(roots)}${pathWithoutRoots(roots, sourcePath)}`;
	return [
		keyOf('unit path', [['unit', [command.family, command.mode, path]]]),
		keyOf('unit content', [['unit', [command.family, command.mode, sourceDigest]]]),
	];
}

/** Digest over the raw bytes of all sources, in whatever order they were named. */
export function sourcesDigest(digests: readonly string[]): string {
	return keyOf('sources', [['sources', [...new Set(digests)].sort()]]);
}
