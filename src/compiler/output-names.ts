import type {Output} from './command.js';

/** Side outputs stand beside the object under its name without suffix (GCC manual, "Overall Options", -dumpbase-ext). */
const sideSuffixes = {
	dependencies: '.d',
	dwo: '.dwo',
	gcno: '.gcno',
	stackUsage: '.su',
	callgraphInfo: '.ci',
} as const;

export type SideOutput = keyof typeof sideSuffixes;

/** Where the compile writes without -o: the source's name in the cwd. */
export function defaultOutput(input: string, mode: 'object' | 'assembly'): string {
	return `${stem(input.slice(input.lastIndexOf('/') + 1))}${mode === 'object' ? '.o' : '.s'}`;
}

export function sideOutput(kind: SideOutput, mainOutput: string): Output {
	return {kind, path: `${stem(mainOutput)}${sideSuffixes[kind]}`};
}

function stem(path: string): string {
	const dot = path.lastIndexOf('.');
	return dot > path.lastIndexOf('/') + 1 ? path.slice(0, dot) : path;
}
