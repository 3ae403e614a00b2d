import type {
	CrateType,
	Emit,
	Extern,
	ParsedRustCommand,
	SearchPath,
	StaticLibrary,
} from './command.js';
import {
	codegenOptions,
	longOptions,
	type OptionMeaning,
	shortOptions,
	unstableOptions,
} from './options.js';
import {outputsOf} from './output-names.js';

export interface RustCommandLine {
	readonly program: 'clippy' | 'rustc';
	/** Argument files expanded; without the program. */
	readonly args: readonly string[];
}

/** What stops the reading of a command line: it is not for the cache. */
class Refusal extends Error {
	readonly kind: 'notCacheable' | 'notCompile';

	constructor(kind: 'notCacheable' | 'notCompile', reason: string) {
		super(reason);
		this.kind = kind;
	}
}

const notCompile = (reason: string) => new Refusal('notCompile', reason);
const notCacheable = (reason: string) => new Refusal('notCacheable', reason);

/** Never throws; the reasons are labels of the statistics. */
export function parseRustCommand(line: RustCommandLine): ParsedRustCommand {
	try {
		return parse(line);
	} catch (error) {
		if (error instanceof Refusal) return {kind: error.kind, reason: error.message};
		throw error;
	}
}

/** What the options have said so far. */
interface Reading {
	crateName: string | undefined;
	readonly inputs: string[];
	readonly crateTypes: string[];
	readonly emits: Map<Emit, string | undefined>;
	readonly externs: Extern[];
	readonly searchPaths: SearchPath[];
	readonly staticLibraries: StaticLibrary[];
	readonly extraInputs: string[];
	readonly remapped: string[];
	readonly hashedArgs: string[];
	readonly identityArgs: string[];
	readonly linkArgs: string[];
	outDir: string;
	outputFile: string | undefined;
	extraFilename: string;
	native: boolean;
	linker: string | undefined;
	linkerFlavor: string | undefined;
	json: boolean;
	coverage: boolean;
	incremental: boolean;
	target: string | undefined;
	/** Arguments that say what is to be made. */
	readonly outputArgs: Set<number>;
}

function parse({program, args}: RustCommandLine): ParsedRustCommand {
	const query = args.find(isQuery);
	if (query !== undefined) throw notCompile(query.split('=')[0] ?? query);
	const reading = emptyReading();
	for (const token of tokens(args)) {
		if (typeof token === 'string') {
			reading.inputs.push(token);
			continue;
		}
		readers[token.means](reading, token.value, token.long);
		if (token.means === 'emit' || token.means === 'output') {
			for (let at = token.from; at < token.end; at++) reading.outputArgs.add(at);
		}
	}
	if (reading.emits.size === 0) reading.emits.set('link', undefined);
	const input = onlyInput(reading);
	const crateTypes = crateTypesOf(reading);
	if (reading.incremental) throw notCacheable('incremental');
	const links = reading.emits.has('link') && crateTypes.some(type => linkedTypes.has(type));
	const bundles = reading.emits.has('link') && crateTypes.includes('staticlib');
	refuseWhatIsNotElf(reading, links || bundles);
	if (links) refuseOddLinkers(reading);
	return {
		kind: 'compile',
		program,
		crateName: nameOf(reading),
		input,
		outputs: outputs(reading, crateTypes),
		externs: reading.externs,
		searchPaths: reading.searchPaths,
		staticLibraries: reading.staticLibraries,
		extraInputs: reading.extraInputs,
		remapped: reading.remapped,
		hashedArgs: reading.hashedArgs,
		identityArgs: reading.identityArgs,
		native: reading.native,
		links,
		linker: reading.linker,
		linkArgs: reading.linkArgs,
		bundles,
		json: reading.json,
		hidesPaths: links || reading.coverage,
		args,
		argsWithoutOutputs: args.filter((_, index) => !reading.outputArgs.has(index)),
	};
}

/** Whatever else is asked for, these are answered, and nothing is compiled (but for a few kinds of --print). */
const isQuery = (arg: string): boolean =>
	/^--(?:print|explain|help|version)(?:=|$)|^-[vVh]*[Vh][vVh]*$/.test(arg);

function emptyReading(): Reading {
	return {
		crateName: undefined,
		inputs: [],
		crateTypes: [],
		emits: new Map(),
		externs: [],
		searchPaths: [],
		staticLibraries: [],
		extraInputs: [],
		remapped: [],
		hashedArgs: [],
		identityArgs: [],
		linkArgs: [],
		outDir: '',
		outputFile: undefined,
		extraFilename: '',
		native: false,
		linker: undefined,
		linkerFlavor: undefined,
		json: false,
		coverage: false,
		incremental: false,
		target: undefined,
		outputArgs: new Set(),
	};
}

interface Token {
	readonly means: OptionMeaning;
	/** The long name, for the key. */
	readonly long: string;
	readonly value: string;
	/** Its first argument, and the one after its last. */
	readonly from: number;
	readonly end: number;
}

/** As getopts reads: `--name value`, `--name=value`, `-Cvalue`, `-C value`; what is left are inputs. */
function* tokens(args: readonly string[]): Iterable<Token | string> {
	for (let index = 0; index < args.length; index++) {
		const arg = args[index] as string;
		const from = index;
		if (arg === '--') {
			yield* args.slice(index + 1);
			return;
		}
		if (arg === '-') throw notCacheable('source from stdin');
		if (!arg.startsWith('-')) {
			yield arg;
			continue;
		}
		const equals = arg.indexOf('=');
		const isLong = arg.startsWith('--');
		const name = isLong ? arg.slice(2, equals === -1 ? undefined : equals) : arg.slice(1, 2);
		const option = isLong ? longOptions[name] : shortOptions[name];
		if (option === undefined) throw notCacheable(isLong ? `--${name}` : arg.slice(0, 2));
		const attached = isLong
			? equals === -1
				? undefined
				: arg.slice(equals + 1)
			: arg.slice(2) || undefined;
		const long = isLong ? name : (shortOptions[name]?.long ?? name);
		if (!option.takesValue) {
			if (attached !== undefined) throw notCacheable(arg);
			yield {means: option.means, long, value: '', from, end: index + 1};
			continue;
		}
		const value = attached ?? args[++index];
		if (value === undefined) throw notCompile('an option lacks its value');
		yield {means: option.means, long, value, from, end: index + 1};
	}
}

type Reader = (reading: Reading, value: string, long: string) => void;

/** Absolute, and spelled alike wherever it is named: no character that a dependency file or JSON escapes. */
const isPlainFolder = (path: string): boolean => /^\/[\w./+@%~#-]+$/.test(path);

const keep: Reader = ({hashedArgs}, value, long) => hashedArgs.push(`--${long}=${value}`);

const readers: Record<OptionMeaning, Reader> = {
	keep,
	cfg: keep,
	codegen: readCodegen,
	'crate-name': (reading, value, long) => {
		reading.crateName = value;
		keep(reading, value, long);
	},
	'crate-type': (reading, value, long) => {
		reading.crateTypes.push(...value.split(','));
		keep(reading, value, long);
	},
	emit: readEmit,
	'error-format': (reading, value, long) => {
		reading.json = value === 'json';
		keep(reading, value, long);
	},
	extern: (reading, value) => {
		const equals = value.indexOf('=');
		reading.externs.push(
			equals === -1
				? {name: value, path: undefined}
				: {name: value.slice(0, equals), path: value.slice(equals + 1)},
		);
	},
	library: readLibrary,
	'out-dir': (reading, value) => {
		reading.outDir = value.replace(/(?<=.)\/+$/, '');
	},
	output: (reading, value) => {
		reading.outputFile = value;
	},
	remap: (reading, value, long) => {
		const from = value.slice(0, Math.max(0, value.lastIndexOf('=')));
		if (isPlainFolder(from)) reading.remapped.push(from.replace(/\/+$/, ''));
		keep(reading, value, long);
	},
	search: (reading, value) => {
		const [, kind = 'all', path = ''] = /^(?:(\w+)=)?(.*)$/s.exec(value) ?? [];
		reading.searchPaths.push({kind, path});
	},
	sysroot: (reading, value) => reading.identityArgs.push('--sysroot', value),
	target: (reading, value, long) => {
		reading.target = value;
		reading.identityArgs.push('--target', value);
		if (value.endsWith('.json')) reading.extraInputs.push(value);
		keep(reading, value, long);
	},
	unstable: (reading, value) => {
		const name = value.split('=')[0]?.replaceAll('_', '-') ?? '';
		if (!unstableOptions.has(name)) throw notCacheable(`-Z ${name}`);
		reading.hashedArgs.push(`-Z${value}`);
	},
	query: (_reading, _value, long) => {
		throw notCompile(`--${long}`);
	},
	test: () => {
		throw notCompile('test program');
	},
	refuse: (_reading, _value, long) => {
		throw notCacheable(`--${long}`);
	},
};

function readCodegen(reading: Reading, value: string): void {
	const equals = value.indexOf('=');
	const name = (equals === -1 ? value : value.slice(0, equals)).replaceAll('_', '-');
	const setting = equals === -1 ? '' : value.slice(equals + 1);
	const meaning = codegenOptions[name];
	if (meaning === undefined || meaning === 'refuse') throw notCacheable(`-C ${name}`);
	if (meaning === 'incremental') reading.incremental = true;
	if (meaning === 'split-debuginfo' && setting !== 'off') throw notCacheable('-C split-debuginfo');
	if (meaning === 'extra-filename') reading.extraFilename = setting;
	if (meaning === 'linker') reading.linker = setting;
	if (name === 'linker-flavor') reading.linkerFlavor = setting;
	if (meaning === 'link-arg') reading.linkArgs.push(setting);
	if (meaning === 'link-args') reading.linkArgs.push(...setting.split(/\s+/).filter(Boolean));
	if (meaning === 'profile-use') reading.extraInputs.push(setting);
	if (meaning === 'target-cpu' && setting === 'native') reading.native = true;
	if (meaning === 'instrument-coverage') reading.coverage = true;
	reading.hashedArgs.push(`-C${name}${equals === -1 ? '' : `=${setting}`}`);
}

const emits: ReadonlySet<string> = new Set<Emit>([
	'asm',
	'dep-info',
	'link',
	'llvm-bc',
	'llvm-ir',
	'metadata',
	'mir',
	'obj',
]);

function readEmit(reading: Reading, value: string): void {
	for (const part of value.split(',')) {
		const equals = part.indexOf('=');
		const emit = equals === -1 ? part : part.slice(0, equals);
		const path = equals === -1 ? undefined : part.slice(equals + 1);
		if (!emits.has(emit)) throw notCacheable(`--emit ${emit}`);
		if (path === '-') throw notCacheable('output to stdout');
		reading.emits.set(emit as Emit, path);
		reading.hashedArgs.push(`--emit=${emit}`);
	}
}

function readLibrary(reading: Reading, value: string): void {
	const equals = value.indexOf('=');
	const [kind = '', ...modifiers] = equals === -1 ? [''] : value.slice(0, equals).split(':');
	const name = value.slice(equals + 1).split(':')[0] ?? '';
	if (kind === 'static') {
		reading.staticLibraries.push({name, verbatim: modifiers.join(',').includes('+verbatim')});
	} else if (kind !== '' && kind !== 'dylib') {
		throw notCacheable(`-l ${kind}`);
	}
	reading.hashedArgs.push(`-l${value}`);
}

function onlyInput({inputs}: Reading): string {
	const [input, ...others] = inputs;
	if (input === undefined) throw notCompile('no input');
	if (others.length > 0) throw notCacheable('multiple inputs');
	return input;
}

function nameOf({crateName}: Reading): string {
	if (crateName === undefined) throw notCacheable('no --crate-name');
	return crateName;
}

const cached: ReadonlySet<string> = new Set<CrateType>([
	'cdylib',
	'dylib',
	'proc-macro',
	'rlib',
	'staticlib',
]);
const linkedTypes: ReadonlySet<CrateType> = new Set<CrateType>(['cdylib', 'dylib', 'proc-macro']);

/** Without --crate-type the source may say it, or it is a program. */
function crateTypesOf({crateTypes}: Reading): readonly CrateType[] {
	const types = new Set(crateTypes.map(type => (type === 'lib' ? 'rlib' : type)));
	if (types.size === 0) throw notCompile('no --crate-type');
	const odd = [...types].find(type => !cached.has(type));
	if (odd === 'bin') throw notCompile('program');
	if (odd !== undefined) throw notCacheable(`crate type ${odd}`);
	return [...types] as CrateType[];
}

function outputs(reading: Reading, crateTypes: readonly CrateType[]) {
	const {emits: emitted, outputFile} = reading;
	if (outputFile === '-') throw notCacheable('output to stdout');
	if (outputFile !== undefined && emitted.size > 1) throw notCacheable('-o with several outputs');
	if ((outputFile ?? emitted.get('link')) !== undefined && crateTypes.length > 1) {
		throw notCacheable('several crate types in one file');
	}
	const named = outputsOf({
		crateName: nameOf(reading),
		extraFilename: reading.extraFilename,
		outDir: reading.outDir,
		outputFile,
		emits: emitted,
		crateTypes,
	});
	if (new Set(named.map(({path}) => path)).size < named.length) {
		throw notCacheable('two outputs in one file');
	}
	return named;
}

/** Libraries are called otherwise elsewhere, and other linkers make them. */
function refuseWhatIsNotElf({target}: Reading, links: boolean): void {
	if (links && target !== undefined && !/-(?:linux|freebsd|netbsd|openbsd)/.test(target)) {
		throw notCacheable('target without ELF');
	}
	if (target !== undefined && /windows|uefi/.test(target)) throw notCacheable('target without ELF');
}

/** gcc or clang by its name: what takes -Wl, and answers -print-prog-name. */
const linkerDriver = /^(?:.+-)?(?:cc|gcc|g\+\+|c\+\+|clang|clang\+\+)(?:-[\d.]+)?$/;

/** What another linker reads is not known. */
function refuseOddLinkers({linker, linkerFlavor}: Reading): void {
	const name = linker?.slice(linker.lastIndexOf('/') + 1);
	if (name !== undefined && !linkerDriver.test(name)) throw notCacheable('-C linker');
	if (linkerFlavor !== undefined && !/(?:^|-)(?:gcc|cc)$/.test(linkerFlavor)) {
		throw notCacheable('-C linker-flavor');
	}
}
