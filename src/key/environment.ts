/**
 * Variables that change what gcc or clang make of the same command line: GCC manual, "Environment Variables Affecting GCC",
 * clang's manual page, and gettext's for the language of diagnostics. PWD and SOURCE_DATE_EPOCH have conditions of their own.
 */
const always = [
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
	'LC_ALL',
	'LC_CTYPE',
	'LC_MESSAGES',
	'LD_LIBRARY_PATH',
	'MACOSX_DEPLOYMENT_TARGET',
	'OBJCPLUS_INCLUDE_PATH',
	'OBJC_INCLUDE_PATH',
	'SCCACHE_C_CUSTOM_CACHE_BUSTER',
	'SDKROOT',
	'TERM_URLS',
] as const;

/**
 * With one of these the compiler reads, writes or says something that we do not follow: CCC_OVERRIDE_OPTIONS edits clang's command line
 * behind our back, CLANG_NO_DEFAULT_CONFIG changes which files of options it takes.
 */
const uncacheable = [
	'CCC_OVERRIDE_OPTIONS',
	'CC_LOG_DIAGNOSTICS',
	'CC_PRINT_HEADERS',
	'CC_PRINT_INTERNAL_STAT',
	'CC_PRINT_OPTIONS',
	'CC_PRINT_PROC_STAT',
	'CLANG_NO_DEFAULT_CONFIG',
	'DEPENDENCIES_OUTPUT',
	'GCC_COMPARE_DEBUG',
	'SUNPRO_DEPENDENCIES',
] as const;

/** Names of variables: those in each key, and those that forbid one. */
export const environmentNames = {keyed: always, uncacheable};

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
