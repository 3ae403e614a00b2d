import {splitResponseFile} from '../compiler/response-file.js';
import type {ShimConnection} from './shim-connection.js';

/** As libiberty's expandargv: no more than this many in one command line. */
const maxExpansions = 2000;
const maxBytes = 16 * 1024 * 1024;

/** `@file` arguments replaced by what the file says; one that can't be read stays as it is. */
export async function expandResponseFiles(
	shim: ShimConnection,
	args: readonly string[],
): Promise<readonly string[]> {
	if (!args.some(isResponseFile)) {
		return args;
	}
	const pending = [...args];
	const expanded: string[] = [];
	let left = maxExpansions;
	for (let arg = pending.shift(); arg !== undefined; arg = pending.shift()) {
		const inside =
			isResponseFile(arg) && left-- > 0 ? await readResponseFile(shim, arg.slice(1)) : undefined;
		if (inside === undefined) {
			expanded.push(arg);
		} else {
			pending.unshift(...inside);
		}
	}
	return expanded;
}

function isResponseFile(arg: string): boolean {
	return arg.length > 1 && arg.startsWith('@');
}

async function readResponseFile(
	shim: ShimConnection,
	path: string,
): Promise<readonly string[] | undefined> {
	const {errno, bytes} = await shim.read(path, maxBytes);
	return errno === 0 ? splitResponseFile(bytes.toString('latin1')) : undefined;
}
