/**
 * Variables that change what gcc or clang make of the same command line: GCC manual, "Environment Variables Affecting GCC",
 * clang's manual page, and gettext's for the language of diagnostics. PWD and SOURCE_DATE_EPOCH have conditions of their own.
 */
const always = [
	'CCC_OVERRIDE_OPTIONS',
	'COMPILER_PATH',
	'CPATH',
	'CPLUS_INCLUDE_PATH',
	'C_INCLUDE_PATH',
	'GCC_COLORS',
	'GCC_EXEC_PREFIX',
	'GCC_URLS',
	'LANG',
	'LANGUAGE',
	'LC_ALL',
	'LC_CTYPE',
	'LC_MESSAGES',
	'LD_LIBRARY_PATH',
	'OBJCPLUS_INCLUDE_PATH',
	'OBJC_INCLUDE_PATH',
	'SCCACHE_C_CUSTOM_CACHE_BUSTER',
	'TERM_URLS',
] as const;

/** With one of these the compiler writes, or says, something that we do not follow. */
const uncacheable = [
	'CC_LOG_DIAGNOSTICS',
	'CC_PRINT_HEADERS',
	'CC_PRINT_INTERNAL_STAT',
	'CC_PRINT_OPTIONS',
	'CC_PRINT_PROC_STAT',
	'DEPENDENCIES_OUTPUT',
	'GCC_COMPARE_DEBUG',
	'SUNPRO_DEPENDENCIES',
] as const;

/** `NAME=VALUE` of each that is set, in a fixed order. */
export function keyEnvironment(env: ReadonlyMap<string, string>): readonly string[] {
	return always.flatMap(name => {
		const value = env.get(name);
		return value === undefined ? [] : [`${name}=${value}`];
	});
}

/** The first variable that forbids caching. */
export function uncacheableVariable(env: ReadonlyMap<string, string>): string | undefined {
	return uncacheable.find(name => env.has(name));
}
