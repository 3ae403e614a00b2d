/**
 * What may stand in -Wa, and -Xassembler (GNU as manual, "Invoking"; clang's integrated assembler takes a part of it).
 * Anything else may read or write a file that we do not know.
 */

export type AssemblerEffect =
	| {readonly does: 'hashed'; readonly consumed: 1 | 2}
	| {readonly does: 'debug'; readonly consumed: 1}
	/** -a...: to a file, or to stdout without one. */
	| {readonly does: 'listing'; readonly path: string | undefined; readonly consumed: 1};

const withValue = new Set(['-defsym', '--defsym', '-I']);

const debug = /^(?:-g|--gen-debug|--gstabs\+?|--gdwarf-\d|-gdwarf-\d)$/;

const harmless = new RegExp(
	`^(?:${[
		'-m.*',
		'-march=.*',
		'--32|--64|--x32|-k|-K|-Q[yn]|-R|-Z|-L|-D|-f|-w|-W|-O\\d?|-N[nw]|-n|-u',
		'--(?:no)?execstack',
		'--keep-locals|--strip-local-absolute|--traditional-format|--reduce-memory-overheads|--divide',
		'--(?:no-)?warn|--fatal-warnings|--noexecstack',
		'--(?:no)?compress-debug-sections(?:=[a-z-]+)?',
		'--debug-prefix-map.*',
		'--size-check=\\w+|--elf-stt-common=\\w+|--generate-missing-build-notes=\\w+|--hash-size=\\d+',
		'--?defsym[,=].*',
		'-I.+',
	].join('|')})$`,
);

/** What the assembler's argument at `index` does; undefined for one that is not known. */
export function assemblerEffect(
	args: readonly string[],
	index: number,
): AssemblerEffect | undefined {
	const arg = args[index] as string;
	// With `g` it has the time in it.
	const listing = /^-a[cdhlmns]*(?:=(.+))?$/.exec(arg);
	if (listing !== null) {
		return {does: 'listing', path: listing[1], consumed: 1};
	}
	if (debug.test(arg)) {
		return {does: 'debug', consumed: 1};
	}
	if (withValue.has(arg)) {
		return index + 1 < args.length ? {does: 'hashed', consumed: 2} : undefined;
	}
	return harmless.test(arg) ? {does: 'hashed', consumed: 1} : undefined;
}
