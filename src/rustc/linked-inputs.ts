import {basename, dirname} from 'node:path/posix';
import type {RustCommand} from './command.js';

/**
 * Of what a linker read, that which the compile did not make itself: its objects (`*.rcgu.o`, once `*.rcgu.rmeta`) and what lies in its folder for temporary
 * files, both beside the output (rustc_codegen_ssa, `link.rs`).
 */
export function linkedInputs(
	files: readonly string[],
	{outputs}: Pick<RustCommand, 'outputs'>,
): readonly string[] {
	const folders = new Set(outputs.map(({path}) => dirname(path)));
	return files.filter(file => {
		const folder = dirname(file);
		const own = folders.has(folder) && /\.rcgu\.(?:o|rmeta)$/.test(file);
		const temporary = /^rustc\w{6}$/.test(basename(folder));
		return !own && !temporary;
	});
}
