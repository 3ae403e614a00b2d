import {closeSync, fstatSync, openSync, readFileSync} from 'node:fs';

export interface ReadFile {
	readonly path: string;
	readonly text: string;
	/** Anyone on this machine may read it. */
	readonly open: boolean;
}

/** Throws the system's errors. */
export function readFile(path: string): ReadFile {
	const fd = openSync(path, 'r');
	try {
		return {
			path,
			text: readFileSync(fd, 'utf8'),
			open: (fstatSync(fd).mode & 0o004) !== 0,
		};
	} finally {
		closeSync(fd);
	}
}

/** What to say of a file that holds a secret. */
export function exposure({path, open}: ReadFile): readonly string[] {
	return open ? [`${path} holds a secret and everyone can read it: chmod o-r ${path}`] : [];
}
