/**
 * Variables that rustc, clippy-driver or a procedural macro may read. What a crate asks for by `env!` is in its dependency file and
 * becomes a condition of its manifest; of what a macro asks for, cargo's own are likely (cargo book, "Environment Variables").
 */
const kept = [
	/^CARGO(?:_|$)/,
	/^CLIPPY_/,
	/^OUT_DIR$/,
	/^RUSTC_BOOTSTRAP$/,
	/^RUSTC_FORCE_/,
	/^RUSTC_OVERRIDE_/,
];

/** Of cargo's, those that say how to build, not what. */
const left = [
	/^CARGO$/,
	/^CARGO_ALIAS_/,
	/^CARGO_BUILD_/,
	/^CARGO_CACHE_/,
	/^CARGO_ENCODED_RUSTFLAGS$/,
	/^CARGO_HOME$/,
	/^CARGO_HTTP_/,
	/^CARGO_INCREMENTAL$/,
	/^CARGO_INSTALL_ROOT$/,
	/^CARGO_LOG$/,
	/^CARGO_MAKEFLAGS$/,
	/^CARGO_NET_/,
	/^CARGO_PROFILE_/,
	/^CARGO_REGISTR/,
	/^CARGO_SOURCE_/,
	/^CARGO_TARGET_DIR$/,
	/^CARGO_TERM_/,
];

/** What the linker, and the compiler that drives it, read. */
const linkers = [
	'COMPILER_PATH',
	'GCC_EXEC_PREFIX',
	'LDEMULATION',
	'LD_RUN_PATH',
	'LIBRARY_PATH',
	'SOURCE_DATE_EPOCH',
];

/** With one of these rustc writes, or says, what we do not follow. */
const refused = [/^RUSTC_LOG$/, /^RUSTC_ICE$/, /^RUST_DEP_GRAPH/, /^RUSTC_PROFILER/];

/** `NAME=VALUE` of each that is set, in the order of names. */
export function rustEnvironment(
	env: ReadonlyMap<string, string>,
	links: boolean,
): readonly string[] {
	return [...env.keys()]
		.filter(
			name =>
				(kept.some(pattern => pattern.test(name)) && !left.some(pattern => pattern.test(name))) ||
				(links && linkers.includes(name)),
		)
		.sort()
		.map(name => `${name}=${env.get(name)}`);
}

/** The first variable that forbids caching. */
export function uncacheableRustVariable(env: ReadonlyMap<string, string>): string | undefined {
	return [...env.keys()].find(name => refused.some(pattern => pattern.test(name)));
}
