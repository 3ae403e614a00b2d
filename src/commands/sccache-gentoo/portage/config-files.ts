import {statSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {readIfThere} from '../../../lib/read-if-there.js';
import {lastValue} from '../../../portage/make-conf-facts.js';
import {type Assignment, readMakeConf} from '../../../portage/make-conf-read.js';
import {configFiles} from '../../../tree/config-files.js';

export function isFolder(path: string): boolean {
	return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
}

/** Undefined: there is none. Each byte is a character, so that none gets lost. */
export function readBytes(path: string): string | undefined {
	return readIfThere(path)?.toString('latin1');
}

/** Does make.conf below `root` set this variable to something? Undefined: it can't be read as Portage does. */
export function makeConfSets(root: string, name: string): boolean | undefined {
	const assignments: Assignment[] = [];
	// What comes from the profile's environment is not known here; that it is something is enough.
	const known = new Map([['PATH', '/usr/bin']]);
	for (const path of configFiles(join(root, 'etc/portage/make.conf'))) {
		const sourced = (file: string) =>
			readText(file.startsWith('/') ? join(root, file) : resolve(dirname(path), file));
		const reading = readMakeConf(readText(path) ?? '', sourced, known);
		if (reading.kind === 'refused') return undefined;
		assignments.push(...reading.assignments);
		for (const assignment of reading.assignments) known.set(assignment.name, assignment.expanded);
	}
	return (lastValue(assignments, name) ?? '') !== '';
}

function readText(path: string): string | undefined {
	const bytes = readBytes(path);
	return bytes === undefined ? undefined : Buffer.from(bytes, 'latin1').toString();
}
