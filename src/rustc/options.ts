/**
 * rustc's options (`rustc --help -v`, the rustc book's "Command-line Arguments"): whether one takes a value, and what its value means to
 * us. One that is not here is not cached.
 */
export type OptionMeaning =
	/** Its text is part of the key. */
	| 'keep'
	/** Read by `parse-command.ts`, part of the key or not as it says there. */
	| 'cfg'
	| 'codegen'
	| 'crate-name'
	| 'crate-type'
	| 'emit'
	| 'error-format'
	| 'extern'
	| 'library'
	| 'out-dir'
	| 'output'
	| 'remap'
	| 'search'
	| 'sysroot'
	| 'target'
	| 'unstable'
	/** It asks, and nothing is compiled. */
	| 'query'
	/** A program that runs tests. */
	| 'test'
	/** What it does is not followed. */
	| 'refuse';

interface Option {
	readonly takesValue: boolean;
	readonly means: OptionMeaning;
}

const flag = (means: OptionMeaning): Option => ({takesValue: false, means});
const valued = (means: OptionMeaning): Option => ({takesValue: true, means});

export const longOptions: Readonly<Record<string, Option>> = {
	allow: valued('keep'),
	'cap-lints': valued('keep'),
	cfg: valued('cfg'),
	'check-cfg': valued('keep'),
	codegen: valued('codegen'),
	color: valued('keep'),
	'crate-name': valued('crate-name'),
	'crate-type': valued('crate-type'),
	deny: valued('keep'),
	'diagnostic-width': valued('keep'),
	edition: valued('keep'),
	emit: valued('emit'),
	'error-format': valued('error-format'),
	explain: valued('query'),
	extern: valued('extern'),
	forbid: valued('keep'),
	'force-warn': valued('keep'),
	help: flag('query'),
	json: valued('keep'),
	'out-dir': valued('out-dir'),
	print: valued('query'),
	'remap-path-prefix': valued('remap'),
	'remap-path-scope': valued('keep'),
	sysroot: valued('sysroot'),
	target: valued('target'),
	test: flag('test'),
	verbose: flag('refuse'),
	version: flag('query'),
	warn: valued('keep'),
};

/** By letter, and the long option that each stands for in the key. */
export const shortOptions: Readonly<Record<string, Option & {readonly long: string}>> = {
	A: {...valued('keep'), long: 'allow'},
	C: {...valued('codegen'), long: 'codegen'},
	D: {...valued('keep'), long: 'deny'},
	F: {...valued('keep'), long: 'forbid'},
	L: {...valued('search'), long: 'search'},
	O: {...flag('keep'), long: 'opt-level=2'},
	V: {...flag('query'), long: 'version'},
	W: {...valued('keep'), long: 'warn'},
	Z: {...valued('unstable'), long: 'unstable'},
	g: {...flag('keep'), long: 'debuginfo=2'},
	h: {...flag('query'), long: 'help'},
	l: {...valued('library'), long: 'library'},
	o: {...valued('output'), long: 'output'},
	v: {...flag('refuse'), long: 'verbose'},
};

export type CodegenMeaning =
	| 'keep'
	/** Names a folder of earlier results. */
	| 'incremental'
	/** Leaves files that we do not know, or reads some. */
	| 'refuse'
	| 'extra-filename'
	| 'instrument-coverage'
	| 'link-arg'
	| 'link-args'
	| 'linker'
	| 'profile-use'
	| 'split-debuginfo'
	| 'target-cpu';

/** `-C` (`rustc -C help`). One that is not here is not cached. */
export const codegenOptions: Readonly<Record<string, CodegenMeaning>> = {
	ar: 'keep',
	'code-model': 'keep',
	'codegen-units': 'keep',
	'collapse-macro-debuginfo': 'keep',
	'control-flow-guard': 'keep',
	'debug-assertions': 'keep',
	debuginfo: 'keep',
	'default-linker-libraries': 'keep',
	'dwarf-version': 'keep',
	'embed-bitcode': 'keep',
	'extra-filename': 'extra-filename',
	'force-frame-pointers': 'keep',
	'force-unwind-tables': 'keep',
	incremental: 'incremental',
	'inline-threshold': 'keep',
	'instrument-coverage': 'instrument-coverage',
	'link-arg': 'link-arg',
	'link-args': 'link-args',
	'link-dead-code': 'keep',
	'link-self-contained': 'keep',
	linker: 'linker',
	'linker-flavor': 'keep',
	'linker-features': 'keep',
	'linker-plugin-lto': 'keep',
	'llvm-args': 'refuse',
	lto: 'keep',
	metadata: 'keep',
	'no-prepopulate-passes': 'keep',
	'no-redzone': 'keep',
	'no-stack-check': 'keep',
	'no-vectorize-loops': 'keep',
	'no-vectorize-slp': 'keep',
	'opt-level': 'keep',
	'overflow-checks': 'keep',
	panic: 'keep',
	passes: 'refuse',
	'prefer-dynamic': 'keep',
	'profile-generate': 'keep',
	'profile-use': 'profile-use',
	'relocation-model': 'keep',
	'relro-level': 'keep',
	remark: 'refuse',
	rpath: 'keep',
	'save-temps': 'refuse',
	'soft-float': 'keep',
	'split-debuginfo': 'split-debuginfo',
	strip: 'keep',
	'symbol-mangling-version': 'keep',
	'target-cpu': 'target-cpu',
	'target-feature': 'keep',
	'tune-cpu': 'keep',
	'unsafe-allow-abi-mismatch': 'keep',
};

/** `-Z` that change the result by their text alone; any other may read or write what we do not know. */
export const unstableOptions: ReadonlySet<string> = new Set([
	'allow-features',
	'branch-protection',
	'cf-protection',
	'codegen-source-order',
	'crate-attr',
	'default-visibility',
	'fixed-x18',
	'force-unstable-if-unmarked',
	'function-return',
	'function-sections',
	'mir-opt-level',
	'no-unique-section-names',
	'remap-path-scope',
	'retpoline',
	'share-generics',
	'stack-protector',
	'tls-model',
	'unstable-options',
]);
