/** A CHOST in front, or one of the few targets that have a single part. */
const prefix = /(?:[a-z0-9_.]+(?:-[a-z0-9_.]+){1,3}-|(?:avr|bpf|msp430)-)?/;
const program = /(?:gcc|g\+\+|cc|c\+\+|c99|c89|cpp|clang|clang\+\+)/;
/** A slot, as in `gcc-14` and `clang++-18`. */
const suffix = /(?:-[0-9]+(?:\.[0-9]+)*)?/;

const compilerName = new RegExp(`^${prefix.source}${program.source}${suffix.source}$`);

/** Whether a program of this name is a compiler that the cache knows. */
export function isCompilerName(name: string): boolean {
	return compilerName.test(name);
}

/** The names that Gentoo's wiki links. `ar` compiles nothing: it is linked for who wants the wiki's folder exactly. */
export const wikiNames: readonly string[] = [
	...['ar', 'c++', 'c99', 'cc', 'clang', 'clang++', 'cpp', 'g++', 'gcc'],
	...['i686-pc-linux-gnu-clang', 'i686-pc-linux-gnu-clang++'],
	...['c++', 'cc', 'clang', 'clang++', 'g++', 'gcc'].map(name => `x86_64-pc-linux-gnu-${name}`),
];
