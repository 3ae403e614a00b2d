/** rustc and clippy-driver, with Gentoo's slots (`rustc-1.89.0`, `rustc-bin-1.89.0`) and CHOST prefixes. */
const programName =
	/^(?:[a-z0-9_.]+(?:-[a-z0-9_.]+){1,3}-)?(rustc|clippy-driver)(?:-bin)?(?:-[0-9][\w.]*)?$/;

/** Undefined for a program that is neither. */
export function rustProgramOf(name: string): 'clippy' | 'rustc' | undefined {
	const program = programName.exec(name)?.[1];
	return program === undefined ? undefined : program === 'rustc' ? 'rustc' : 'clippy';
}

/** cargo names rustc first when another driver stands before it (RUSTC_WORKSPACE_WRAPPER). */
export function withoutRustcPath(args: readonly string[]): readonly string[] {
	const [first] = args;
	const name = first?.slice(first.lastIndexOf('/') + 1);
	return name !== undefined && rustProgramOf(name) === 'rustc' ? args.slice(1) : args;
}
