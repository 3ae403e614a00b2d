import {basename, dirname} from 'node:path';
import {isCompilerName} from '../../links/compiler-name.js';
import {wrapperNamed} from '../../links/find-compilers.js';
import type {Tree} from '../plan/tree.js';

const llvm = '/usr/lib/llvm';

/** The names of the compilers that a Gentoo tree has in its PATH: in /usr/bin, and each slot of LLVM in a folder of its own. */
export function compilersIn(tree: Tree, program: string): readonly string[] {
	const slots = (tree.folder(llvm) ?? []).map(slot => `${llvm}/${slot}/bin`);
	const names = ['/usr/local/bin', '/usr/bin', ...slots].flatMap(folder =>
		(tree.folder(folder) ?? []).filter(
			name => isCompilerName(name) && isCompiler(tree, folder, name, program),
		),
	);
	return [...new Set(names)].sort();
}

/** Not ours, and none of another cache. */
function isCompiler(tree: Tree, folder: string, name: string, program: string): boolean {
	const path = tree.program(`${folder}/${name}`);
	if (path === undefined || wrapperNamed(path) !== undefined) return false;
	return !['current', 'ours'].includes(tree.link(dirname(path), program, basename(path)));
}
