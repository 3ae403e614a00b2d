import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {isCompilerName} from './compiler-name.js';
import {follow} from './follow.js';
import {isOurs, tryStat} from './ours.js';

/** The names of the compilers that PATH leads to, ours and those of other caches left out. `root`: of the tree that they are in. */
export function findCompilers(searchPath: string, program: string, root = '/'): readonly string[] {
	const names = new Set<string>();
	for (const folder of foldersOf(searchPath)) {
		for (const name of entries(folder)) {
			const path = join(folder, name);
			if (isCompilerName(name) && isCompiler(path, program, root)) names.add(name);
		}
	}
	return [...names].sort();
}

/** The first program of that name on PATH that is not ours; undefined: there is none. */
export function findBehind(
	searchPath: string,
	name: string,
	program: string,
	root = '/',
): string | undefined {
	return foldersOf(searchPath)
		.map(folder => join(folder, name))
		.find(path => isAnother(path, program, root));
}

/** Other caches and farms, as the programs that their masquerading links lead to are called. */
const wrapperProgram = /\/(ccache|distcc|icecc|sccache)$/;

/** The compiler wrapper that a program is, by name; its path is the real one. */
export const wrapperNamed = (path: string): string | undefined => wrapperProgram.exec(path)?.[1];

/** The compiler wrapper that a path leads to, by name. */
export function wrapperBehind(path: string, root = '/'): string | undefined {
	return wrapperNamed(follow(path, root));
}

function foldersOf(searchPath: string): readonly string[] {
	return searchPath.split(':').filter(folder => folder.startsWith('/'));
}

function entries(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

/** A program, and not ours. One that can't be looked at is none. */
function isAnother(path: string, program: string, root: string): boolean {
	try {
		const real = follow(path, root);
		const file = tryStat(real);
		return file?.isFile() === true && (file.mode & 0o111) !== 0 && !isOurs(real, program);
	} catch {
		return false;
	}
}

function isCompiler(path: string, program: string, root: string): boolean {
	return isAnother(path, program, root) && wrapperBehind(path, root) === undefined;
}
