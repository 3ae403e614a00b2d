import type {CrateType, Emit, RustOutput, RustOutputKind} from './command.js';

export interface Naming {
	readonly crateName: string;
	/** -C extra-filename */
	readonly extraFilename: string;
	/** Empty: the cwd. */
	readonly outDir: string;
	/** -o: of the only output. */
	readonly outputFile: string | undefined;
	/** Each with the path that `--emit kind=path` gives it. */
	readonly emits: ReadonlyMap<Emit, string | undefined>;
	readonly crateTypes: readonly CrateType[];
}

const extensions: Record<Exclude<Emit, 'link' | 'metadata'>, string> = {
	asm: '.s',
	'dep-info': '.d',
	'llvm-bc': '.bc',
	'llvm-ir': '.ll',
	mir: '.mir',
	obj: '.o',
};

const linked: Record<CrateType, readonly [kind: RustOutputKind, extension: string]> = {
	cdylib: ['shared', '.so'],
	dylib: ['shared', '.so'],
	'proc-macro': ['shared', '.so'],
	rlib: ['rlib', '.rlib'],
	staticlib: ['archive', '.a'],
};

/** Where a compile leaves what it makes (rustc_session, `output.rs`; ELF targets). What is linked comes first. */
export function outputsOf(naming: Naming): readonly RustOutput[] {
	const {emits, crateTypes, outDir, outputFile} = naming;
	const stem = `${outDir === '' ? '' : `${outDir}/`}`;
	const name = `${naming.crateName}${naming.extraFilename}`;
	const outputs: RustOutput[] = [];
	if (emits.has('link')) {
		for (const type of crateTypes) {
			const [kind, extension] = linked[type];
			const path = emits.get('link') ?? outputFile ?? `${stem}lib${name}${extension}`;
			outputs.push({kind, path});
		}
	}
	for (const [emit, path] of emits) {
		if (emit === 'metadata') {
			outputs.push({kind: emit, path: path ?? outputFile ?? `${stem}lib${name}.rmeta`});
		} else if (emit !== 'link') {
			outputs.push({kind: emit, path: path ?? outputFile ?? `${stem}${name}${extensions[emit]}`});
		}
	}
	return outputs;
}
