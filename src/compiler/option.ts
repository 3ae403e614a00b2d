/** How an option takes its value. */
export type Takes =
	| 'nothing'
	/** In the same argument, possibly empty: -O2, -std=c99. */
	| 'joined'
	/** In the next argument: -MF file. */
	| 'separate'
	/** Either way: -Idir, -I dir. */
	| 'either';

/** What an option does to a compile; parse-command.ts has one act for each. */
export type Effect =
	/** Part of every key, and given to the preprocessor. */
	| 'hashed'
	/** As `hashed`, unless its value looks like the path of a file that we don't know. */
	| 'hashedWithoutPath'
	/** As `hashed`, unless it names a file, after `=`. */
	| 'hashedWithoutFile'
	/** Shows in the preprocessed text: left out of the key over that text. */
	| 'preprocessor'
	/** As `preprocessor`: a macro. */
	| 'macro'
	/** No effect on any output. */
	| 'ignored'
	/** Reads or writes what we don't follow. */
	| 'refused'
	/** Asks for something else than an object or assembly. */
	| 'notCompile'
	| 'object'
	| 'assembly'
	| 'output'
	| 'language'
	| 'quoteFolder'
	| 'bracketFolder'
	| 'systemFolder'
	| 'afterFolder'
	| 'forcedInclude'
	/** Changes the compiler's own include folders. */
	| 'probed'
	/** Changes which programs run or what they read by themselves. */
	| 'identity'
	/** May say `native`. */
	| 'machine'
	| 'debug'
	| 'splitDwarf'
	| 'noSplitDwarf'
	/** The command line itself gets into an output. */
	| 'recordsCommand'
	/** The object holds intermediate code. */
	| 'linkTime'
	/** The cwd and the output's path get into the object, and places in the source. */
	| 'profiled'
	| 'coverageNotes'
	| 'coverage'
	| 'stackUsage'
	| 'callgraphInfo'
	| 'diagnosticsFile'
	| 'dependencies'
	| 'userDependencies'
	| 'dependencyFile'
	| 'dependencyTarget'
	| 'dependencyPhony'
	/** A file whose content goes into the key. */
	| 'extraInput'
	| 'color'
	| 'standard'
	| 'warning'
	| 'sanitizer'
	| 'toPreprocessor'
	| 'toAssembler'
	| 'toClang'
	| 'toLlvm';

/** One option: its name, how it takes its value, what it does. */
export type OptionRow = readonly [name: string, takes: Takes, effect: Effect];

export type OptionTable = ReadonlyMap<string, OptionRow>;

/** Later tables override earlier ones. A name stands once in a table. */
export function optionTable(...tables: readonly (readonly OptionRow[])[]): OptionTable {
	return new Map(tables.flat().map(row => [row[0], row]));
}

export interface FoundOption {
	readonly row: OptionRow;
	readonly value: string;
	/** How many arguments it took. */
	readonly consumed: 1 | 2;
}

/**
 * The option at `args[index]`: the exact name, else the longest name that it begins with. Undefined for one that is not in the table,
 * or whose value is missing.
 */
export function findOption(
	table: OptionTable,
	args: readonly string[],
	index: number,
): FoundOption | undefined {
	const arg = args[index] as string;
	const exact = table.get(arg);
	if (exact !== undefined) {
		const [, takes] = exact;
		if (takes === 'nothing' || takes === 'joined') {
			return {row: exact, value: '', consumed: 1};
		}
		const value = args[index + 1];
		return value === undefined ? undefined : {row: exact, value, consumed: 2};
	}
	for (let end = arg.length - 1; end >= 2; end--) {
		const row = table.get(arg.slice(0, end));
		if (row !== undefined && (row[1] === 'joined' || row[1] === 'either')) {
			return {row, value: arg.slice(end), consumed: 1};
		}
	}
	return undefined;
}
