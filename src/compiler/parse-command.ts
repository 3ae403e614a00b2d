import {assemblerEffect} from './assembler-options.js';
import {clangOptions} from './clang-options.js';
import type {
	CompileCommand,
	DependencyFile,
	DriverMode,
	Family,
	Language,
	Output,
	ParsedCommand,
} from './command.js';
import {gccOptions} from './gcc-options.js';
import {languageOfFile, languageOfOption} from './language.js';
import {type Effect, type FoundOption, findOption, optionTable} from './option.js';
import {defaultOutput, type SideOutput, sideOutput} from './output-names.js';
import {sharedOptions} from './shared-options.js';

const tables = {
	gcc: optionTable(sharedOptions, gccOptions),
	clang: optionTable(sharedOptions, clangOptions),
};

/** Warnings that look at comments, indentation or macros, which the preprocessed text does not show. */
const readingWarnings =
	/^(?:|(?:error=)?(?:all|extra|everything|comments?|documentation.*|implicit-fallthrough.*|misleading-indentation|unused-macros))$/;

/** Standards under which a program can ask for its own columns (std::source_location). */
const columnStandards = /^(?:c|gnu)\+\+(?:2[0-9a-z]|3)/;

export interface CommandLine {
	readonly family: Family;
	readonly driverMode: DriverMode;
	/** Without the program; response files expanded. */
	readonly args: readonly string[];
}

/** Understands a command line. Pure; never throws. */
export function parseCommand({family, driverMode, args}: CommandLine): ParsedCommand {
	const notCompile = whyNotCompile(args, driverMode);
	if (notCompile !== undefined) {
		return {kind: 'notCompile', reason: notCompile};
	}
	const reading = new Reading(family, driverMode);
	const table = tables[family];
	for (let index = 0; index < args.length; ) {
		const arg = args[index] as string;
		if (arg === '--' || !arg.startsWith('-') || arg === '-') {
			reading.takeInput(arg);
			index++;
			continue;
		}
		const found = findOption(table, args, index);
		if (found === undefined) {
			return {kind: 'notCacheable', reason: labelOf(arg)};
		}
		const spelled = args.slice(index, index + found.consumed);
		acts[found.row[2]](reading, found, spelled);
		index += found.consumed;
		if (reading.refusal !== undefined) {
			return {kind: 'notCacheable', reason: reading.refusal};
		}
	}
	return reading.finish(args);
}

/** Without -c or -S nothing is asked of the compiler, not even which one it is: the reason; undefined for what may be a compile. */
export function whyNotCompile(args: readonly string[], driverMode: DriverMode): string | undefined {
	if (driverMode === 'cpp' || args.includes('-E') || args.includes('--preprocess')) {
		return 'preprocessing';
	}
	if (args.includes('-M') || args.includes('-MM')) {
		return 'dependencies only';
	}
	if (args.includes('-fsyntax-only')) {
		return 'syntax only';
	}
	if (
		args.some(arg => arg === '-c' || arg === '-S' || arg === '--compile' || arg === '--assemble')
	) {
		return undefined;
	}
	return args.some(arg => !arg.startsWith('-')) ? 'link' : 'query';
}

/** An option as the statistics name it: without a value, of which there are endless many. */
function labelOf(arg: string): string {
	return arg.replace(/=.*$/s, '').slice(0, 60);
}

type Act = (reading: Reading, found: FoundOption, spelled: readonly string[]) => void;

const acts: Record<Effect, Act> = {
	hashed: (reading, found) => reading.hash(found),
	hashedWithoutPath: (reading, found) => reading.hashWithoutPath(found),
	hashedWithoutFile: (reading, found) => {
		if (found.value.includes('=')) {
			reading.refuse(labelOf(found.row[0] + found.value));
		}
		reading.hash(found);
	},
	preprocessor: (reading, found) => reading.preprocessor(found),
	macro: (reading, found) => {
		reading.define(found.value);
		reading.preprocessor(found);
	},
	ignored: (reading, _found, spelled) => reading.keep(spelled),
	refused: (reading, found) =>
		reading.refuse(labelOf(found.row[0] + (found.row[0].endsWith('-') ? found.value : ''))),
	notCompile: (reading, {row}) => reading.refuse(row[0]),
	object: reading => {
		reading.object = true;
	},
	assembly: reading => {
		reading.assembly = true;
	},
	output: (reading, {value}) => {
		// gcc takes it with some options and refuses it with others, -MD among them.
		if (reading.output !== undefined) reading.refuse('several outputs');
		reading.output = value;
	},
	language: (reading, {value}) => {
		reading.forcedLanguage = value;
	},
	quoteFolder: (reading, found) => reading.folder('quote', found),
	bracketFolder: (reading, found) => reading.folder('bracket', found),
	systemFolder: (reading, found) => reading.folder('system', found),
	afterFolder: (reading, found) => reading.folder('after', found),
	forcedInclude: (reading, found) => {
		reading.search.forced.push(found.value);
		reading.preprocessor(found);
	},
	probed: (reading, found, spelled) => {
		reading.search.probe.push(...spelled);
		reading.hash(found);
	},
	identity: (reading, found, spelled) => {
		reading.identityArgs.push(...spelled);
		reading.hash(found);
	},
	machine: (reading, found, spelled) => {
		if (found.value === 'native') {
			reading.nativeArgs.push(...spelled);
		}
		reading.hash(found);
	},
	debug: (reading, found) => {
		reading.debug = !/^(?:gdb|dwarf|stabs)?0$/.test(found.value);
		reading.sourceBytesMatter ||= reading.debug;
		reading.hash(found);
	},
	splitDwarf: (reading, found) => {
		reading.splitDwarf = true;
		reading.hash(found);
	},
	noSplitDwarf: (reading, found) => {
		reading.splitDwarf = false;
		reading.hash(found);
	},
	recordsCommand: (reading, found) => {
		reading.recordsCommand = true;
		// -fverbose-asm quotes the source.
		reading.sourceBytesMatter = true;
		reading.hash(found);
	},
	linkTime: (reading, found) => {
		// Places in the source are in gcc's intermediate code, and its cwd.
		reading.linkTime = true;
		reading.sourceBytesMatter = true;
		reading.hashWithoutPath(found);
	},
	profiled: (reading, found) => {
		reading.profiled = true;
		reading.sourceBytesMatter = true;
		reading.hash(found);
	},
	coverageNotes: (reading, found) => reading.sideOutput('gcno', found),
	coverage: (reading, found) => {
		reading.profiled = true;
		reading.sideOutput('gcno', found);
	},
	stackUsage: (reading, found) => reading.sideOutput('stackUsage', found),
	callgraphInfo: (reading, found) => reading.sideOutput('callgraphInfo', found),
	diagnosticsFile: (reading, {value}) => {
		reading.outputs.push({kind: 'serializedDiagnostics', path: value});
		reading.hashText('--serialize-diagnostics');
	},
	dependencies: (reading, found) => reading.dependencies('system', found),
	userDependencies: (reading, found) => reading.dependencies('user', found),
	dependencyFile: (reading, {value}) => {
		reading.dependencyPath = value;
	},
	dependencyTarget: (reading, found) => {
		reading.dependencyTargets = true;
		reading.hashOutsidePreprocessor(found);
	},
	dependencyPhony: (reading, found) => reading.hashOutsidePreprocessor(found),
	extraInput: (reading, found) => {
		reading.extraInputs.push(found.value);
		reading.hash(found);
	},
	color: (reading, {row, value}, spelled) => {
		reading.color = colorOf(row[0], value);
		reading.keep(spelled);
	},
	standard: (reading, found) => {
		reading.sourceBytesMatter ||= columnStandards.test(found.value);
		reading.hash(found);
	},
	warning: (reading, found) => {
		reading.sourceBytesMatter ||= readingWarnings.test(found.value);
		reading.hashWithoutPath(found);
	},
	sanitizer: (reading, found, spelled) => {
		reading.sourceBytesMatter = true;
		// clang reads ignore lists of its own for some of them, which its probe names.
		if (reading.family === 'clang') {
			reading.identityArgs.push(...spelled);
		}
		reading.hash(found);
	},
	toPreprocessor: (reading, {row, value}) =>
		row[0] === '-Wp,' ? reading.toPreprocessor(value.split(',')) : reading.toPreprocessor([value]),
	toAssembler: (reading, found) => {
		if (found.row[0] === '-Wa,') {
			reading.toAssembler(found.value.split(','));
		} else {
			reading.heldForAssembler.push(found.value);
		}
		reading.hash(found);
	},
	toClang: (reading, found) => {
		if (!clangInternal.test(found.value)) {
			reading.refuse('-Xclang');
		}
		reading.hash(found);
	},
	toLlvm: (reading, found) => {
		if (
			found.value.includes('/') ||
			/file|path|list|replay|profile/.test(found.value) ||
			/^-+(?:print|time|stats|debug|info|pass-remarks|view|dot)/.test(found.value)
		) {
			reading.refuse('-mllvm');
		}
		reading.hash(found);
	},
};

/** Arguments of clang's own compiler that only change code. */
const clangInternal =
	/^(?:-disable-llvm-passes|-disable-O0-optnone|-target-feature|[+-][a-z][\w.-]*|-mrelax-relocations=\w+|-fno-[\w-]+|-fexperimental-[\w-]+=?\w*|-no-opaque-pointers|-opaque-pointers)$/;

function colorOf(name: string, value: string): 'auto' | 'always' | 'never' {
	if (name.startsWith('-fno-') || value === '=never') {
		return 'never';
	}
	return value === '=auto' ? 'auto' : 'always';
}

/** What has been understood so far. */
class Reading {
	readonly family: Family;
	readonly #driverMode: DriverMode;
	refusal: string | undefined;
	object = false;
	assembly = false;
	output: string | undefined;
	forcedLanguage: string | undefined;
	readonly #inputs: {readonly path: string; readonly forcedLanguage: string | undefined}[] = [];
	readonly search = {
		quote: [] as string[],
		bracket: [] as string[],
		system: [] as string[],
		after: [] as string[],
		forced: [] as string[],
		probe: [] as string[],
	};
	readonly identityArgs: string[] = [];
	readonly nativeArgs: string[] = [];
	readonly extraInputs: string[] = [];
	readonly outputs: Output[] = [];
	readonly heldForAssembler: string[] = [];
	readonly #heldForPreprocessor: string[] = [];
	readonly #sideOutputs = new Set<SideOutput>();
	readonly #direct: string[] = [];
	readonly #preprocessed: string[] = [];
	readonly #preprocessArgs: string[] = [];
	readonly #definitions: string[] = [];
	debug = false;
	splitDwarf = false;
	recordsCommand = false;
	profiled = false;
	linkTime = false;
	sourceBytesMatter = false;
	color: 'auto' | 'always' | 'never' = 'auto';
	dependencyPath: string | undefined;
	dependencyTargets = false;
	#dependencies: 'system' | 'user' | undefined;

	constructor(family: Family, driverMode: DriverMode) {
		this.family = family;
		this.#driverMode = driverMode;
	}

	refuse(reason: string): void {
		this.refusal ??= reason;
	}

	takeInput(arg: string): void {
		if (arg === '-' || arg === '--') {
			this.refuse(arg);
		}
		this.#inputs.push({path: arg, forcedLanguage: this.forcedLanguage});
	}

	/** Part of every key; the preprocessor gets it as well. */
	hash(found: FoundOption): void {
		const text = normalized(found);
		this.#direct.push(...text);
		this.#preprocessed.push(...text);
		this.#preprocessArgs.push(...text);
	}

	/** As `hash`, unless its value looks like the path of a file that we don't know. */
	hashWithoutPath(found: FoundOption): void {
		if (found.value.includes('/')) this.refuse(labelOf(found.row[0] + found.value));
		this.hash(found);
	}

	/** Shows in the preprocessed text. */
	preprocessor(found: FoundOption): void {
		const text = normalized(found);
		this.#direct.push(...text);
		this.#preprocessArgs.push(...text);
	}

	/** `NAME=TEXT`, or a name alone. */
	define(macro: string): void {
		const equals = macro.indexOf('=');
		if (equals !== -1) this.#definitions.push(macro.slice(equals + 1));
	}

	/** Part of every key, but nothing for the preprocessor: it would write the dependency file. */
	hashOutsidePreprocessor(found: FoundOption): void {
		const text = normalized(found);
		this.#direct.push(...text);
		this.#preprocessed.push(...text);
	}

	hashText(text: string): void {
		this.#direct.push(text);
		this.#preprocessed.push(text);
	}

	/** Part of no key. */
	keep(preprocessArgs: readonly string[]): void {
		this.#preprocessArgs.push(...preprocessArgs);
	}

	folder(kind: 'quote' | 'bracket' | 'system' | 'after', found: FoundOption): void {
		if (/^(?:=|\$SYSROOT)/.test(found.value)) {
			this.refuse('folder below the sysroot');
		}
		this.search[kind].push(found.value);
		this.preprocessor(found);
	}

	/** What these say names lines and columns. */
	sideOutput(kind: SideOutput, found: FoundOption): void {
		this.sourceBytesMatter = true;
		this.#sideOutputs.add(kind);
		this.hash(found);
	}

	dependencies(of: 'system' | 'user', found: FoundOption): void {
		// The last of -MD and -MMD does not win: -MMD does (GCC's cpp spec).
		this.#dependencies = this.#dependencies === 'user' ? 'user' : of;
		this.hashOutsidePreprocessor(found);
	}

	/** -Wp, and -Xpreprocessor: what the driver hands to the preprocessor as it is. */
	toPreprocessor(args: readonly string[]): void {
		this.#heldForPreprocessor.push(...args);
	}

	#readPreprocessorArgs(): void {
		const args = this.#heldForPreprocessor;
		for (let index = 0; index < args.length; index++) {
			const arg = args[index] as string;
			const next = args[index + 1];
			if (/^-[DU]./.test(arg)) {
				if (arg.startsWith('-D')) this.define(arg.slice(2));
				this.#direct.push(`-Wp,${arg}`);
				this.#preprocessArgs.push(`-Wp,${arg}`);
			} else if ((arg === '-MD' || arg === '-MMD') && next !== undefined) {
				this.#dependencies = arg === '-MMD' ? 'user' : (this.#dependencies ?? 'system');
				this.dependencyPath = next;
				this.hashText(`-Wp,${arg}`);
				index++;
			} else if (arg === '-MP') {
				this.hashText(`-Wp,${arg}`);
			} else if ((arg === '-MT' || arg === '-MQ') && next !== undefined) {
				this.hashText(`-Wp,${arg},${next}`);
				index++;
			} else {
				this.refuse('-Wp');
			}
		}
	}

	/** -Wa, and -Xassembler. */
	toAssembler(args: readonly string[]): void {
		for (let index = 0; index < args.length; ) {
			const effect = assemblerEffect(args, index);
			if (effect === undefined) {
				this.refuse(`-Wa,${labelOf(args[index] as string)}`);
				return;
			}
			if (effect.does === 'debug') {
				this.debug = true;
			} else if (effect.does === 'listing') {
				// A listing quotes the source and names its output.
				this.sourceBytesMatter = true;
				if (effect.path !== undefined) {
					this.outputs.push({kind: 'listing', path: effect.path});
				}
			}
			index += effect.consumed;
		}
	}

	finish(args: readonly string[]): ParsedCommand {
		this.#readPreprocessorArgs();
		this.toAssembler(this.heldForAssembler);
		const input = this.#onlyInput();
		const language = input === undefined ? undefined : this.#language(input);
		if (this.refusal !== undefined || input === undefined || language === undefined) {
			return {kind: 'notCacheable', reason: this.refusal ?? 'no input file'};
		}
		return this.#toCommand(args, input.path, language);
	}

	#onlyInput() {
		if (this.#inputs.length > 1) {
			this.refuse('multiple input files');
		}
		return this.#inputs[0];
	}

	#language({
		path,
		forcedLanguage,
	}: {
		path: string;
		forcedLanguage: string | undefined;
	}): Language | undefined {
		const language =
			forcedLanguage === undefined || forcedLanguage === 'none'
				? languageOfFile(path, this.#driverMode)
				: languageOfOption(forcedLanguage);
		if (language === undefined) {
			this.refuse('unknown source language');
			return undefined;
		}
		if (language === 'header') {
			this.refuse('precompiled header');
			return undefined;
		}
		return language;
	}

	#toCommand(args: readonly string[], input: string, language: Language): ParsedCommand {
		const mode = this.assembly ? 'assembly' : 'object';
		const preprocessed = language !== 'assembler' && !language.endsWith('cpp-output');
		const main = this.output ?? defaultOutput(input, mode);
		const sides = this.#sideOutputsOf(mode, main);
		const dependencies = this.#dependencyFile(main);
		const outputs: Output[] = [
			{kind: mode, path: main},
			...sides,
			...(dependencies === undefined
				? []
				: [{kind: 'dependencies' as const, path: dependencies.path}]),
			...this.outputs.filter(({kind}) => kind !== 'listing' || mode === 'object'),
		];
		const reason = this.#whyNot(input, outputs, dependencies, sides.length > 0);
		if (reason !== undefined) {
			return {kind: 'notCacheable', reason};
		}
		const namesOutput =
			sides.length > 0 ||
			this.profiled ||
			this.recordsCommand ||
			outputs.some(({kind}) => kind === 'listing') ||
			(dependencies !== undefined && !this.dependencyTargets);
		const named = namesOutput ? ['-o', main] : [];
		// Debug information names the options; -g3 and the preprocessor's own switches show in it as well.
		const everything = this.debug || this.recordsCommand || this.splitDwarf;
		const command: CompileCommand = {
			kind: 'compile',
			family: this.family,
			language,
			preprocessed,
			args,
			input,
			definitions: this.#definitions.join('\n'),
			mode,
			outputs,
			dependencies,
			search: this.search,
			hashedArgs: [...this.#direct, ...named],
			preprocessedHashedArgs: [...(everything ? this.#direct : this.#preprocessed), ...named],
			extraInputs: this.extraInputs,
			identityArgs: this.identityArgs,
			nativeArgs: this.nativeArgs,
			cwdMatters:
				this.debug ||
				this.profiled ||
				this.splitDwarf ||
				this.recordsCommand ||
				this.linkTime ||
				// Line tables are the assembler's to write where the source asks for them (.loc), and then name it.
				language.startsWith('assembler') ||
				this.#sideOutputs.size > 0,
			sourceBytesMatter: this.sourceBytesMatter,
			color: this.color,
			preprocessArgs: ['-E', ...this.#preprocessArgs, '-x', language, input],
		};
		return command;
	}

	#sideOutputsOf(mode: 'object' | 'assembly', main: string): Output[] {
		// gcc cuts the .dwo out of the object, debug information or not; clang writes it itself, where there is some.
		const dwo = this.splitDwarf && mode === 'object' && (this.family === 'gcc' || this.debug);
		return [...this.#sideOutputs, ...(dwo ? (['dwo'] as const) : [])].map(kind =>
			sideOutput(kind, main),
		);
	}

	#dependencyFile(main: string): DependencyFile | undefined {
		if (this.#dependencies === undefined) {
			return undefined;
		}
		const path = this.dependencyPath ?? sideOutput('dependencies', main).path;
		return {path, system: this.#dependencies === 'system'};
	}

	#whyNot(
		input: string,
		outputs: readonly Output[],
		dependencies: DependencyFile | undefined,
		hasSides: boolean,
	): string | undefined {
		const paths = outputs.map(({path}) => path);
		if (this.splitDwarf && this.family === 'clang' && this.assembly) {
			// It takes the .dwo's name from elsewhere then.
			return '-gsplit-dwarf with -S';
		}
		if (paths.includes('-')) {
			return 'output to stdout';
		}
		if (new Set([input, ...paths]).size <= paths.length) {
			return 'outputs overlap';
		}
		if (this.dependencyPath !== undefined && dependencies === undefined) {
			return '-MF';
		}
		const impliedName =
			hasSides || (dependencies !== undefined && this.dependencyPath === undefined);
		if (!impliedName || this.output === undefined) {
			return undefined;
		}
		// A device gives no name, and of a leading dot gcc and clang make different things from one side output to the next.
		return /^\/dev\/|(?:^|\/)\.[^/]*$/.test(this.output) ? 'side output without a name' : undefined;
	}
}

/** One spelling for `-I dir` and `-Idir`. */
function normalized({row: [name, takes], value, consumed}: FoundOption): readonly string[] {
	if (takes === 'either' && value !== '' && !name.startsWith('--')) {
		return [`${name}${value}`];
	}
	return consumed === 2 ? [name, value] : [`${name}${value}`];
}
