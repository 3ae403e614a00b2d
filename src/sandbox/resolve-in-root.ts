import {AppError} from '../lib/errors.js';

/** What a link holds; undefined for what is no link, or not there. Asked only about paths whose folders are resolved. */
export type ReadLink = (path: string) => string | undefined;

/** As Linux has it: path_resolution(7). */
const mostLinks = 40;

/**
 * Where an absolute path leads for a process whose root this is: links are followed, absolute ones from the root, and `..` stops at the
 * root. What is not there is taken for folders to be made. With `last: 'kept'` a link at the end is not followed.
 */
export function resolveInRoot(
	path: string,
	readLink: ReadLink,
	last: 'followed' | 'kept' = 'followed',
): string {
	const ahead = parts(path).toReversed();
	let resolved: string[] = [];
	let links = 0;
	for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
		if (part === '..') {
			resolved.pop();
			continue;
		}
		const here = `/${[...resolved, part].join('/')}`;
		const target = ahead.length === 0 && last === 'kept' ? undefined : readLink(here);
		if (target === undefined) {
			resolved.push(part);
			continue;
		}
		links++;
		if (links > mostLinks) {
			throw new AppError('SANDBOX_JOB_INVALID', `too many symbolic links in ${path}`);
		}
		if (target.startsWith('/')) resolved = [];
		ahead.push(...parts(target).toReversed());
	}
	return `/${resolved.join('/')}`;
}

function parts(path: string): string[] {
	return path.split('/').filter(part => part !== '' && part !== '.');
}
