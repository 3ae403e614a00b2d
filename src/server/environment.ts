/**
 * Variables of the client that change what a compiler makes: GCC manual, "Environment Variables Affecting GCC", clang's manual
 * page, gettext's for the language of diagnostics, and what Rust's crates are told.
 */
const names = new Set([
	'COMPILER_PATH',
	'CPATH',
	'CPLUS_INCLUDE_PATH',
	'C_INCLUDE_PATH',
	'GCC_COLORS',
	'GCC_EXEC_PREFIX',
	'GCC_EXTRA_DIAGNOSTIC_OUTPUT',
	'GCC_URLS',
	'LANG',
	'LANGUAGE',
	'LD_LIBRARY_PATH',
	'OBJCPLUS_INCLUDE_PATH',
	'OBJC_INCLUDE_PATH',
	'OUT_DIR',
	'SDKROOT',
	'SOURCE_DATE_EPOCH',
	'TERM',
	'TERM_URLS',
	'TZ',
]);
const prefixes = [/^LC_[A-Z]+$/, /^CARGO_/, /^RUST/, /_DEPLOYMENT_TARGET$/];

/** The same for every job, and nothing of the server's own. */
const fixed = [
	['PATH', '/usr/local/bin:/usr/bin:/bin'],
	['HOME', '/tmp'],
	['TMPDIR', '/tmp'],
] as const;

type Variable = readonly [name: string, value: string];

/** Not the crate's: they say which files of a machine are used. */
const ofMachine = /^(?:BASH_|ENV$|GCONV_PATH$|GLIBC_|IFS$|LD_|LOCPATH$|MALLOC_|NLSPATH$|SCCACHE_)/;

/** What a compile gets of its client's environment. Crates and their macros ask for variables by names of their own. */
export function compileEnvironment(
	sent: readonly Variable[],
	executable: string,
): readonly Variable[] {
	const wanted = /rustc[^/]*$/.test(executable)
		? (name: string) => !ofMachine.test(name) && !fixed.some(([own]) => own === name)
		: isWanted;
	return [...sent.filter(([name]) => wanted(name)), ...fixed];
}

function isWanted(name: string): boolean {
	return names.has(name) || prefixes.some(pattern => pattern.test(name));
}
