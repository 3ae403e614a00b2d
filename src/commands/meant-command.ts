import type {Loaders} from './load-all.js';

export interface MeantCommand {
	readonly id: string;
	readonly load: Loaders[string];
	/** What comes after its name. */
	readonly args: readonly string[];
}

const help: ReadonlySet<string> = new Set(['--help', '-h']);

/** Which of the commands is to run: the one with the longest name among the first words. Undefined: help is wanted, or none of them has that name. */
export function meantCommand(loaders: Loaders, args: readonly string[]): MeantCommand | undefined {
	const end = args.indexOf('--');
	if (args.slice(0, end === -1 ? args.length : end).some(arg => help.has(arg))) return undefined;
	for (let words = args.length; words > 0; words--) {
		const id = args.slice(0, words).join(':');
		const load = Object.hasOwn(loaders, id) ? loaders[id] : undefined;
		if (load !== undefined) return {id, load, args: args.slice(words)};
	}
	return undefined;
}
