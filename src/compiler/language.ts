import type {DriverMode, Language} from './command.js';

/** GCC manual, "Options Controlling the Kind of Output": suffixes, and clang's beside them. */
const bySuffix: Readonly<Record<string, Language>> = {
	c: 'c',
	i: 'cpp-output',
	ii: 'c++-cpp-output',
	cc: 'c++',
	cp: 'c++',
	cxx: 'c++',
	cpp: 'c++',
	CPP: 'c++',
	'c++': 'c++',
	C: 'c++',
	m: 'objective-c',
	mi: 'objective-c-cpp-output',
	mm: 'objective-c++',
	M: 'objective-c++',
	mii: 'objective-c++-cpp-output',
	s: 'assembler',
	S: 'assembler-with-cpp',
	sx: 'assembler-with-cpp',
};

const headerSuffixes = new Set(['h', 'H', 'hh', 'hp', 'hxx', 'hpp', 'HPP', 'h++', 'tcc']);

/** g++ and clang++ take C for C++ (GCC manual, "Invoking G++"). */
const asCxx: Partial<Record<Language, Language>> = {c: 'c++', 'cpp-output': 'c++-cpp-output'};

const named = new Set<string>(Object.values(bySuffix));

/** The language of a source, 'header' for what makes a precompiled header, undefined for what no compiler compiles. */
export function languageOfFile(path: string, mode: DriverMode): Language | 'header' | undefined {
	const suffix = /\.([^./]+)$/.exec(path)?.[1] ?? '';
	if (headerSuffixes.has(suffix)) {
		return 'header';
	}
	const language = bySuffix[suffix];
	return mode === 'c++' && language !== undefined ? (asCxx[language] ?? language) : language;
}

/** The first argument that names a source; for a call that is not looked at any closer. */
export const sourceAmong = (args: readonly string[]): string | undefined =>
	args.find(arg => {
		const language = arg.startsWith('-') ? undefined : languageOfFile(arg, 'c');
		return language !== undefined && language !== 'header';
	});

/** The language that `-x` names; the other results as for a file. */
export function languageOfOption(name: string): Language | 'header' | undefined {
	if (/-header$/.test(name) || /-header-unit$/.test(name)) {
		return 'header';
	}
	return named.has(name) ? (name as Language) : undefined;
}
