import {readdirSync, realpathSync} from 'node:fs';
import {join} from 'node:path';
import {isCompilerName} from './compiler-name.js';
import {isOurs, tryStat} from './ours.js';

/** The names of the compilers that PATH leads to, ours and those of other caches left out. */
export function findCompilers(searchPath: string, program: string): readonly string[] {
	const names = new Set<string>();
	for (const folder of searchPath.split(':')) {
		if (!folder.startsWith('/')) continue;
		for (const name of entries(folder)) {
			if (isCompilerName(name) && isCompiler(join(folder, name), program)) names.add(name);
		}
	}
	return [...names].sort();
}

/** The first program of that name on PATH that is not ours; undefined: there is none. */
export function findBehind(searchPath: string, name: string, program: string): string | undefined {
	return searchPath
		.split(':')
		.filter(folder => folder.startsWith('/'))
		.map(folder => join(folder, name))
		.find(path => isProgram(path) && !isOurs(path, program));
}

/** Other caches and farms, as the programs that their masquerading links lead to are called. */
const wrapperProgram = /\/(ccache|distcc|icecc|sccache)$/;

/** The compiler wrapper that a path leads to, by name. */
export function wrapperBehind(path: string): string | undefined {
	return wrapperProgram.exec(realpathSync(path))?.[1];
}

function entries(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function isProgram(path: string): boolean {
	try {
		const file = tryStat(path);
		return file?.isFile() === true && (file.mode & 0o111) !== 0;
	} catch {
		return false;
	}
}

function isCompiler(path: string, program: string): boolean {
	try {
		return isProgram(path) && !isOurs(path, program) && wrapperBehind(path) === undefined;
	} catch {
		return false;
	}
}
