import {readdirSync, statSync} from 'node:fs';

/** What is at a path: the names in a folder, sorted, or a file. Undefined: nothing. */
export type Look = (path: string) => readonly string[] | 'file' | undefined;

const versionControl = ['CVS', 'RCS', 'SCCS'];

/** The files of a configuration that can be a file or a folder, in the order and with the exceptions of Portage. None if it is not there. */
export function configFiles(path: string, look: Look = onDisk): readonly string[] {
	const found = look(path);
	if (found === undefined) return [];
	if (found === 'file') return [path];
	return found
		.filter(name => !name.startsWith('.') && !name.endsWith('~') && !versionControl.includes(name))
		.flatMap(name => configFiles(`${path}/${name}`, look));
}

function onDisk(path: string): ReturnType<Look> {
	const found = statSync(path, {throwIfNoEntry: false});
	if (found === undefined) return undefined;
	return found.isDirectory() ? readdirSync(path).sort() : 'file';
}
