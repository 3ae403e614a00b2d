import type {CompileCommand, Family} from './command.js';

/** The same compile on another machine: with the same sources at the same paths, these arguments give the same outputs. */
export type Elsewhere =
	| {readonly kind: 'arguments'; readonly args: readonly string[]}
	/** It would not be the same there. `reason` is the statistics' label. */
	| {readonly kind: 'here'; readonly reason: string};

/** Arguments that choose the compiler's parts without leading to other files. Not clang's -fsanitize=: it reads lists of its own. */
const portableIdentity =
	/^(?:-m(?:32|64|x32)|-f?(?:no-)?integrated-as|-no-canonical-prefixes|-target|--target=.*)$/;

/** Warns of folders of the search that are not there; a build server has only those with files. */
const looksAtFolders = /^-W(?:error=)?missing-include-dirs$/;

/** Pure. `native`: what -march=native and the like mean on this CPU, as the compiler's probe found it. */
export function elsewhere(command: CompileCommand, native: readonly string[]): Elsewhere {
	const reason = whyHere(command);
	if (reason !== undefined) {
		return {kind: 'here', reason};
	}
	if (command.nativeArgs.length === 0) {
		return {kind: 'arguments', args: piped(command, command.args)};
	}
	const spelled = spelledOut(command.family, native);
	const others = command.args.filter(arg => !command.nativeArgs.includes(arg));
	const kinds = new Set(command.nativeArgs.map(kindOf));
	if (spelled.length === 0 || others.some(arg => kinds.has(kindOf(arg)))) {
		return {kind: 'here', reason: 'native, and not to be spelled out'};
	}
	// First, so that what the user says of single features still comes after it.
	return {kind: 'arguments', args: piped(command, [...spelled, ...others])};
}

function whyHere({language, identityArgs, args, outputs}: CompileCommand): string | undefined {
	if (language === 'assembler') {
		return 'assembler';
	}
	const unportable = identityArgs.find(
		(arg, index) => !portableIdentity.test(arg) && identityArgs[index - 1] !== '-target',
	);
	if (unportable !== undefined) {
		return unportable.replace(/[=/].*$/s, '').slice(0, 60);
	}
	const looking = args.find(arg => looksAtFolders.test(arg));
	if (looking !== undefined) {
		return looking;
	}
	return outputs.some(({path}) => path.startsWith('/dev/')) ? 'output to a device' : undefined;
}

/** Words for the assembler: a listing names its input. */
const toAssembler = /^-(?:Wa,|Xassembler$)/;

/** GCC's assembler then runs beside the compiler, not after it, and makes the same object. clang has it built in. */
function piped(
	{family, mode, language}: CompileCommand,
	args: readonly string[],
): readonly string[] {
	const isApart = family === 'gcc' && mode === 'object' && language !== 'assembler-with-cpp';
	const stays = args.some(arg => arg === '-pipe' || toAssembler.test(arg));
	return isApart && !stays ? ['-pipe', ...args] : args;
}

const kindOf = (arg: string): string | undefined => /^-m(?:arch|tune|cpu)=/.exec(arg)?.[0];

/** What the probe found as arguments of the driver. */
function spelledOut(family: Family, native: readonly string[]): readonly string[] {
	if (family === 'gcc') {
		return native;
	}
	return native.flatMap(pair => {
		const [name = '', value = ''] = pair.split(' ');
		if (name === '-target-cpu') {
			return [`-march=${value}`];
		}
		return name === '-tune-cpu' ? [`-mtune=${value}`] : ['-Xclang', name, '-Xclang', value];
	});
}
