import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';

const versionControl = ['CVS', 'RCS', 'SCCS'];

/** The files of a configuration that can be a file or a folder, in the order and with the exceptions of Portage. None if it is not there. */
export function configFiles(path: string): readonly string[] {
	const found = statSync(path, {throwIfNoEntry: false});
	if (found === undefined) return [];
	if (!found.isDirectory()) return [path];
	return readdirSync(path)
		.filter(name => !name.startsWith('.') && !name.endsWith('~') && !versionControl.includes(name))
		.sort()
		.flatMap(name => configFiles(join(path, name)));
}
