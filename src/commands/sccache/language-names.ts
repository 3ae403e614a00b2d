import type {Counters} from '../../protocol/control.js';

type LanguageCounters = Counters['languages'][number];
type Counted = 'hits' | 'misses' | 'errors';

/** Upstream's name for a group of languages. */
export function languageGroup({language}: LanguageCounters): string {
	if (language === 'rust') return 'Rust';
	return language.startsWith('assembler') ? 'Assembler' : 'C/C++';
}

/** Upstream's name for a language and its compiler, as in `c++ [clang]`; it has one name for all of Rust. */
export function languageAndCompiler({language, family}: LanguageCounters): string {
	if (language === 'rust') return family === 'clippy' ? 'rust [clippy]' : 'rust';
	const names: Record<string, string> = {
		'objective-c': 'objc',
		'objective-c++': 'objc++',
		'assembler-with-cpp': 'assemblerToPreprocess',
		'cpp-output': 'c',
		'c++-cpp-output': 'c++',
		'objective-c-cpp-output': 'objc',
		'objective-c++-cpp-output': 'objc++',
	};
	return `${names[language] ?? language} [${family}]`;
}

/** Sums by name, without the names that count nothing. */
export function sumBy(
	counters: Counters,
	what: Counted,
	nameOf: (counters: LanguageCounters) => string,
): Record<string, number> {
	const sums: Record<string, number> = {};
	for (const language of counters.languages) {
		const count = language[what];
		if (count === 0) continue;
		const name = nameOf(language);
		sums[name] = (sums[name] ?? 0) + count;
	}
	return sums;
}
