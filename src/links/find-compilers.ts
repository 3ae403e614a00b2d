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

function entries(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function isCompiler(path: string, program: string): boolean {
	try {
		const file = tryStat(path);
		if (!file?.isFile() || (file.mode & 0o111) === 0 || isOurs(path, program)) return false;
		return !/\/(?:ccache|distcc|icecc|sccache)$/.test(realpathSync(path));
	} catch {
		return false;
	}
}
