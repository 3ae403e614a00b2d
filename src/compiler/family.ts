import type {DriverMode, Family} from './command.js';

/** A compiler's name: CHOST prefix, program, slot or version suffix (x86_64-pc-linux-gnu-g++-14, clang-18). */
const compilerName =
	/^(?:.+-)?(gcc|g\+\+|cc|c\+\+|c89|c99|cpp|clang|clang\+\+|clang-cpp)(?:-\d+(?:\.\d+)*)?$/;

/** How the program of this base name takes its sources; undefined for what is not a C or C++ compiler. */
export function driverModeOf(name: string): DriverMode | undefined {
	const program = compilerName.exec(name)?.[1];
	if (program === undefined) {
		return undefined;
	}
	if (program.endsWith('cpp')) {
		return 'cpp';
	}
	return program.endsWith('++') ? 'c++' : 'c';
}

/** Who wrote it, by what `--version` prints; undefined for anyone else. */
export function familyFromVersionText(text: string): Family | undefined {
	if (/\bclang version \d/.test(text)) {
		return 'clang';
	}
	return text.includes('see the source for copying conditions') ? 'gcc' : undefined;
}
