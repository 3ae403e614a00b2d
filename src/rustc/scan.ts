import {symbolNames} from './symbol-names.js';

/** What a file that a crate is made of says beyond its content. */
export type RustScan =
	| {
			readonly kind: 'source';
			/** `#[link(kind = "static")]`: a library comes in that no argument names. */
			readonly linksByAttribute: boolean;
	  }
	| {
			readonly kind: 'crate';
			/** What distinguishes the file names of the crates behind it (`-C extra-filename` as cargo gives it). */
			readonly names: ReadonlySet<string>;
	  }
	/** A shared object without macros is linked, not run. */
	| ({readonly kind: 'shared'; readonly hasMacros: boolean} & MacroAbilities);

/** What a procedural macro, or any shared object, does besides computing. */
export interface MacroAbilities {
	/** Files, programs, the network: none of it is in a dependency file. */
	readonly readsOther: boolean;
	/** The text in which names of variables can be found; undefined when it reads none. */
	readonly variables: string | undefined;
}

export function scanRust(bytes: Buffer): RustScan {
	const start = bytes.toString('latin1', 0, 8);
	if (start.startsWith('\x7fELF')) {
		return {kind: 'shared', hasMacros: bytes.includes(macroTable), ...abilities(bytes)};
	}
	if (start === '!<arch>\n' || start.startsWith('rust')) {
		return {kind: 'crate', names: new Set(bytes.toString('latin1').match(cargoName))};
	}
	const text = bytes.toString('latin1');
	return {
		kind: 'source',
		// Rather too often than not at all: comments and strings count too.
		linksByAttribute: /\bkind\s*=\s*"(?:static|raw-dylib|framework)/.test(text),
	};
}

const cargoName = /-[0-9a-f]{16}/g;

/** The name under which rustc finds a crate's macros. */
const macroTable = '__rustc_proc_macro_decls_';

/** Parts of the standard library that look around (symbols, mangled in either way). */
const looking =
	/3std(?:2fs|3env|3net|7process|4path\w{0,20}?(?:6exists|8metadata|7is_file|6is_dir|8read_dir|9read_link|12canonicalize))[\w.$]{0,60}/g;
/** Of those, what every panic brings in. */
const everywhere =
	/^3std(?:2fs(?:24buffer_capacity_required|RNtB\w+_4File)|3env(?:11current_dir|11current_exe)|7process(?:5abort|4exit))/;
const variable = /^3std3env(?:3var|6var_os|4_+var|7_+var_os|\w{0,8}8VarError)/;

/** By what is linked in: what the standard library could do is not there. */
function abilities(bytes: Buffer): MacroAbilities {
	const symbols = symbolNames(bytes);
	// Stripped: it may do anything.
	if (symbols === undefined || !symbols.includes('3std')) {
		return {readsOther: true, variables: undefined};
	}
	const looks = (symbols.match(looking) ?? []).filter(symbol => !everywhere.test(symbol));
	const reads = looks.filter(symbol => variable.test(symbol));
	return {
		readsOther: reads.length < looks.length,
		variables:
			reads.length === 0
				? undefined
				: (bytes.toString('latin1').match(/[A-Z][A-Z0-9_]{2,}/g) ?? []).join(' '),
	};
}

/** Those of the variables that are set whose names occur in a macro that reads variables. */
export function variablesNamed(
	{variables}: MacroAbilities,
	set: Iterable<string>,
): readonly string[] {
	return variables === undefined
		? []
		: [...set].filter(name => name.length > 2 && variables.includes(name));
}
