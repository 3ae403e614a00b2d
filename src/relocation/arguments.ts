import {pathWithoutRoots} from './paths.js';
import {areNone, type Roots} from './roots.js';

/**
 * Options whose value is the path of a file or folder and nothing else: what the compile takes from there is in its key by itself, and
 * where the path gets into an output the output is searched. Of any other value (-DDIR="...") only the compiler knows what becomes of it.
 */
const paths = [
	'-I',
	'-MQ',
	'-MT',
	'-idirafter',
	'-imacros',
	'-include',
	'-iquote',
	'-isystem',
	'-o',
] as const;

/** `=OLD=NEW`: OLD is taken out of the outputs, NEW gets into them. */
const maps = /^(-f(?:file|debug|macro|coverage|profile)-prefix-map=)([^=]*)(=.*)$/s;

/** Arguments as the key spells them, with roots taken out of those that are paths. */
export function argsWithoutRoots(roots: Roots, args: readonly string[]): readonly string[] {
	if (areNone(roots)) return args;
	return args.map((arg, index) => {
		const before = args[index - 1];
		if (before !== undefined && isPathOption(before)) return pathWithoutRoots(roots, arg);
		const [, option = '', old = '', now = ''] = maps.exec(arg) ?? [];
		if (option !== '') return `${option}${pathWithoutRoots(roots, old)}${now}`;
		const joined = paths.find(name => arg.startsWith(name) && arg.length > name.length);
		return joined === undefined
			? arg
			: `${joined}${pathWithoutRoots(roots, arg.slice(joined.length))}`;
	});
}

const isPathOption = (arg: string): boolean => (paths as readonly string[]).includes(arg);
