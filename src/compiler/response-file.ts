/**
 * The arguments in a response file, by GNU's quoting (libiberty, buildargv): white space separates, quotes of both kinds group,
 * a backslash takes the next character as it is.
 */
export function splitResponseFile(text: string): string[] {
	const args: string[] = [];
	let current: string | undefined;
	let quote = '';
	for (let index = 0; index < text.length; index++) {
		const char = text[index] as string;
		if (char === '\\' && index + 1 < text.length) {
			index++;
			current = (current ?? '') + text[index];
		} else if (quote !== '') {
			if (char === quote) {
				quote = '';
			} else {
				current += char;
			}
		} else if (char === "'" || char === '"') {
			quote = char;
			current ??= '';
		} else if (/[ \t\n\v\f\r]/.test(char)) {
			if (current !== undefined) {
				args.push(current);
			}
			current = undefined;
		} else {
			current = (current ?? '') + char;
		}
	}
	if (current !== undefined) {
		args.push(current);
	}
	return args;
}
