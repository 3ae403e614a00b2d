import {bashCompletion} from './bash.js';
import {fishCompletion} from './fish.js';
import type {Program} from './program.js';
import {zshCompletion} from './zsh.js';

/** The files of a program's completions by their names: what each shell looks for, in a folder for each. */
export function completionFiles(program: Program): Readonly<Record<string, string>> {
	const {name} = program;
	return {
		[`bash/${name}`]: bashCompletion(program),
		[`zsh/_${name}`]: zshCompletion(program),
		[`fish/${name}.fish`]: fishCompletion(program),
	};
}
