import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {findCompilers} from '../../links/find-compilers.js';

/** The names of the compilers that a Gentoo tree has in its PATH: in /usr/bin, and each slot of LLVM in a folder of its own. */
export function compilersIn(base: string, program: string): readonly string[] {
	const llvm = '/usr/lib/llvm';
	const folders = [
		'/usr/local/bin',
		'/usr/bin',
		...slots(join(base, llvm)).map(slot => `${llvm}/${slot}/bin`),
	];
	return findCompilers(folders.map(folder => join(base, folder)).join(':'), join(base, program));
}

function slots(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
