/** What the labels of the statistics mean, and what can be done. */

const notCacheable: Readonly<Record<string, string>> = {
	SCCACHE_NO_CACHE:
		'SCCACHE_NO_CACHE is set: the package is excluded from the cache, see `sccache-gentoo exclude --list`.',
	'source is not a regular file': 'Its source is not there, or is a pipe or a device.',
	'an input could not be read': 'A file that it names could not be read.',
	'a source could not be read': 'A header that it read could not be read again.',
	'a source is not a regular file': 'A header that it read is a pipe or a device.',
	'source or header younger than the compile':
		'A source or header was written while it compiled, or in the same instant: what the compiler saw is not sure.',
	'precompiled header': 'It makes or uses a precompiled header.',
	__TIME__: 'A source uses __TIME__, so that no two results are alike.',
	'dependencies not known': 'The compiler did not tell which headers it read.',
	'only the preprocessed text would decide':
		'Its headers can’t be followed, and the preprocessor could not be asked in time.',
	'output is not a regular file': 'An output is a device or a link to one, or was not written.',
	'output could not be read': 'An output could not be read, or is larger than 512 MiB.',
	'output to stdout': 'It writes to its standard output.',
	'outputs overlap': 'Two of its files have the same name.',
	'several outputs': 'It names several outputs.',
	'multiple input files': 'It compiles several sources in one call.',
	'no input file': 'It names no source.',
	'unknown source language': 'The language of its source is not known.',
	'side output without a name': 'The name of a file that it writes beside the object is not sure.',
	'folder below the sysroot':
		'It looks for headers below a sysroot by an option that is not followed.',
	'.incbin': 'A source reads another file by .incbin.',
	'.include': 'A source reads another file by .include of the assembler.',
	'#embed': 'A source reads another file by #embed.',
	'#pragma GCC dependency': 'A source looks at another file by #pragma GCC dependency.',
};

const notCompile: Readonly<Record<string, string>> = {
	preprocessing: 'It only runs the preprocessor.',
	'dependencies only': 'It only lists dependencies.',
	'syntax only': 'It only checks the syntax.',
	link: 'It links, or compiles and links in one call: compiles are cached with -c alone.',
	query: 'It only asks something of the compiler.',
	'the compiler is a script': 'The compiler is a script, whose own calls are looked at instead.',
	'not a compiler that is cached': 'The program is no compiler that is known.',
};

const notDistributed: Readonly<Record<string, string>> = {
	'there was room here': 'A core of this host was free.',
	'there was room here first': 'A core of this host was free before a server was.',
	'as soon done here': 'A server would not have been faster.',
	SCCACHE_NO_DIST:
		'SCCACHE_NO_DIST is set: the package is excluded from it, see `sccache-gentoo exclude --list`.',
	'toolchain is being packed': 'The compiler was still being packed for the servers.',
	'scheduler unreachable': 'The scheduler was not reachable: see `sccache-gentoo doctor`.',
	'preprocessing fails': 'The preprocessor fails on it.',
	'not known which files decide': 'Which files it reads is not known.',
	'native, and not to be spelled out':
		'What -march=native means on this CPU can’t be told to another one.',
	assembler: 'Its source is assembler, which reads files that nobody knows of.',
	'output to a device': 'It writes to a device.',
	PWD: 'PWD names another folder than the one it runs in, and that is in the debug information.',
	INPUTS_UNSENDABLE: 'A file that it reads can’t be sent.',
	SCHEDULER_REFUSED: 'The scheduler refused it.',
	PEER_UNREACHABLE: 'A server or the scheduler was not reachable.',
	PEER_TIMED_OUT: 'A server or the scheduler took too long.',
	PEER_BROKEN: 'A server or the scheduler sent what is not understood.',
	SERVER_FAILED: 'The server could not do it.',
	REMOTE_COMPILE_FAILED: 'The compiler failed there: it was run here for its diagnostics.',
	REMOTE_DIAGNOSTICS: 'The compiler had something to say, in a language that no server speaks.',
	REMOTE_OUTPUT_MISSING: 'The compiler did not write all of its outputs there.',
};

export const whyNotCacheable = (reason: string): string => word(notCacheable, reason);
export const whyNotCompile = (reason: string): string => word(notCompile, reason);
export const whyNotDistributed = (reason: string): string =>
	notDistributed[reason] ?? notCacheable[reason] ?? word({}, reason);

function word(words: Readonly<Record<string, string>>, reason: string): string {
	const known = words[reason];
	if (known !== undefined) return known;
	if (/^[-@]/.test(reason)) return `With ${reason}, which files it reads or writes is not sure.`;
	if (/^[A-Z][A-Z_]+$/.test(reason)) return `${reason} is set, which has it read or write more.`;
	return `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`;
}
