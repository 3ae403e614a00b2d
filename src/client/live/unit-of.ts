import {basename} from 'node:path/posix';
import {sourceAmong} from '../../compiler/language.js';
import type {CompileRequest} from '../../protocol/frames.js';
import {rustProgramOf} from '../../rustc/program.js';
import {readable} from '../readable.js';

/** What a call compiles, as its arguments say at a glance: a source's name without folders, or a crate's; empty when they don't. */
export function unitOf({invoked, compiler, args}: CompileRequest): string {
	const isRust = [invoked, compiler].some(path => rustProgramOf(basename(path)) !== undefined);
	return readable(isRust ? crateAmong(args) : basename(sourceAmong(args) ?? ''));
}

function crateAmong(args: readonly string[]): string {
	const option = '--crate-name';
	const at = args.findIndex(arg => arg === option || arg.startsWith(`${option}=`));
	if (at < 0) return '';
	return args[at] === option ? (args[at + 1] ?? '') : (args[at] as string).slice(option.length + 1);
}
