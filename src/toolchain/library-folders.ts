import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** Where the dynamic loader looks after RPATH and RUNPATH, as ld.so(8) tells it. */
const builtIn = [
	'/lib64',
	'/usr/lib64',
	'/lib',
	'/usr/lib',
	'/lib32',
	'/usr/lib32',
	'/usr/local/lib',
];

/** The folders of /etc/ld.so.conf, its includes followed, then those built into the loader. */
export function libraryFolders(configFile = '/etc/ld.so.conf'): readonly string[] {
	return [...new Set([...configuredFolders(configFile, new Set()), ...builtIn])];
}

function configuredFolders(file: string, seen: Set<string>): string[] {
	if (seen.has(file)) {
		return [];
	}
	seen.add(file);
	const folders: string[] = [];
	for (const line of readLines(file)) {
		const include = /^include\s+(.+)$/.exec(line);
		if (include?.[1] !== undefined) {
			folders.push(
				...expand(join(dirname(file), include[1]), include[1]).flatMap(name =>
					configuredFolders(name, seen),
				),
			);
		} else if (line.startsWith('/')) {
			folders.push(line.split(/[\s=]/)[0] ?? line);
		}
	}
	return folders;
}

function readLines(file: string): string[] {
	try {
		return readFileSync(file, 'utf8')
			.split('\n')
			.map(line => line.replace(/#.*/, '').trim())
			.filter(line => line !== '');
	} catch {
		return [];
	}
}

/** The one kind of pattern that ld.so.conf files use: `*` in the last part. */
function expand(relative: string, written: string): string[] {
	const pattern = written.startsWith('/') ? written : relative;
	const folder = dirname(pattern);
	const base = pattern.slice(folder.length + 1);
	const matches = new RegExp(
		`^${base.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`,
	);
	try {
		return readdirSync(folder)
			.filter(name => matches.test(name))
			.sort()
			.map(name => join(folder, name));
	} catch {
		return [];
	}
}
